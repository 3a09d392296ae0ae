"""Components of React that are the root of a page in a program without a router: they live as long as the document.

A function of the program renders what it is handed by id, `renderPage("page-media", MediaPage)`, and no other code
names the component but those who extend, wrap or hand it on, of whom the same is asked.
"""

import re
from collections.abc import Callable, Iterator

from asynccost.flow.effects.routers import has_router, is_written
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_RENDERS = re.compile(rb"\bReactDOM\.(?:render|hydrate)\(|\bcreateRoot\(|\bhydrateRoot\(|\bfrom\s*[\"']react-dom")
_TAKES = re.compile(
    rb"\bfunction\s+(?P<f>\w+)\s*\((?P<a>[^()]*)\)|\b(?:const|let|var)\s+(?P<g>\w+)\s*=\s*(?:async\s*)?\((?P<b>[^()]*)\)"
    rb"[^=;{}]*=>"
)
_MOST = 24  # names that stand for a component, its wrappers and those who extend it


def is_page_root(project: Project, path: str, component: str) -> bool:
    """Whether a component, or all who extend it, are handed to what renders a page's root, and to nothing else."""
    renderers = project.memo(_renderers)
    if not renderers or not re.fullmatch(r"[A-Za-z_$][\w$]*", component) or project.memo(has_router):
        return False
    names, shown = [component.encode()], False
    for name in names:
        pages = [p for p in project.code.holding(name) if is_written(p, project)]
        for page in pages:
            told = _Told(project.code.code(page), name, renderers, page == path)
            if told.rest or len(names) > _MOST:
                return False
            shown = shown or told.shown
            names += [other for other in told.others if other not in names]
    return shown


def _renderers(project: Project) -> frozenset[bytes]:
    """The functions of a program that render a component which they are handed, and never take it away."""
    found: set[bytes] = set()
    for path in project.code.holding(b"react-dom"):
        code = project.code.code(path)
        if not is_test(path) and _RENDERS.search(code) and b"unmount" not in code:
            found.update(_handed_to(code))
    return frozenset(found)


def _handed_to(code: bytes) -> Iterator[bytes]:
    heads = [*_TAKES.finditer(code)]
    ends = [*(head.start() for head in heads[1:]), len(code)]
    for head, end in zip(heads, ends, strict=False):
        body = code[head.end() : end]
        params = re.findall(rb"[A-Za-z_$][\w$]*", head["a"] or head["b"] or b"")
        if any(re.search(rb"<%s[\s/>]|\bcreateElement\(\s*%s\b" % (p, p), body) for p in params):
            yield head["f"] or head["g"]


class _Told:
    """What a script says of a name. others: whose fate is the same. shown: whether it is handed to what renders a page.

    rest: whether it stands where neither is said.
    """

    def __init__(self, code: bytes, name: bytes, renderers: frozenset[bytes], own: bool) -> None:
        self.others: list[bytes] = []
        self.shown = False
        word = rb"(?<![\w$./-])%s(?![\w$-])" % re.escape(name)
        self._code = re.sub(rb"\bimport\b[^;\"'()]*\bfrom\s*[\"'][^\"'\n]*[\"']", self._renamed(name, word), code)
        self._take(rb"\bexport\s*\{[^{}]*\}(?:\s*from\s*[\"'][^\"'\n]*[\"'])?", word, rb"%s\s+as\s+([\w$]+)" % word)
        self._take(rb"\b(?:class|function|const|let|var)\s+%s" % word)
        self._take(rb"\bclass\s+([\w$]+)\s+extends\s+%s" % word)
        self._take(rb"\bexport\s+default\s+(?:[\w$.]+\(\s*)*%s" % word)
        self._take(rb"\b(?:const|let|var)\s+([A-Z][\w$]*)\s*=\s*(?:[\w$.]+\([^(){}<>;]*)+%s" % word)
        self._whole(word)
        self._take(rb"%s\.(?:propTypes|defaultProps|displayName|contextType)\b(?:\s*=\s*[\"'][^\"'\n]*[\"'])?" % word)
        for renderer in renderers:
            self.shown = self._take(rb"\b%s\([^(){}<>;]*?%s" % (renderer, word)) or self.shown
        if self._take(rb"[\"']%s[\"']" % re.escape(name)) and not own:  # in a table of pages
            self.shown = True
        late = rb"\bimport\([^()]*(?<![\w$-])%s(?:\.\w+)?[\"'`]" % re.escape(name)  # `lazy(() => import("./Panel"))`
        self.rest = re.search(rb"%s|%s" % (word, late), self._code) is not None

    def _renamed(self, name: bytes, word: bytes) -> Callable[[re.Match[bytes]], bytes]:
        def without(found: re.Match[bytes]) -> bytes:
            self.others += re.findall(rb"%s\s+as\s+([\w$]+)" % word, found[0])
            by_default = rb"import\s+([\w$]+)[^\"']*[\"'][^\"']*/%s(?:\.\w+)?[\"']" % re.escape(name)
            self.others += re.findall(by_default, found[0])
            return b" "

        return without

    def _whole(self, word: bytes) -> None:
        """All that another component shows: `return isAnonymous ? <Anonymous /> : <History />;`."""
        form = rb"\breturn\s*\(?\s*(?:!?([\w$]+)[\w$.]*\s*\?\s*<[\w$]+\s*/>\s*:\s*)?<%s[^<>]*/>\s*\)?\s*;?\s*\}" % word
        for found in [*re.finditer(form, self._code)]:
            around = [*re.finditer(rb"\b(?:function|const|class)\s+([A-Z_$][\w$]*)", self._code[: found.start()])]
            before = self._code[around[-1].start() : found.start()] if around else b""
            inner = len(re.findall(rb"=>|\bfunction\b|\bclass\b", before)) != 1  # a row of a list, a method
            moves = found[1] is not None and re.search(rb"\[\s*%s\s*," % found[1], before) is not None
            if around and not inner and not moves:
                self.others.append(around[-1][1])
                self._code = self._code[: found.start()] + b" " * len(found[0]) + self._code[found.end() :]

    def _take(self, form: bytes, word: bytes = b"", renamed: bytes = b"") -> bool:
        """Read a form in which a name stands, and take it out of the text."""
        found = [m for m in re.finditer(form, self._code) if not word or re.search(word, m[0])]
        for one in found:
            self.others += re.findall(renamed, one[0]) if renamed else [g for g in one.groups() if g]
        self._code = re.sub(form, b" ", self._code) if found else self._code
        return bool(found)
