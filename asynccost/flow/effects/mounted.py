"""Whether a component is mounted anew for each value that it is handed: by its `key`, or as what covers the page opens.

Another row is chosen when a dialog is closed that does not keep what is in it: its component is gone by then.
"""

import re
from collections.abc import Iterator

from asynccost.flow.effects.renderers import attributes
from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_COVERS = rb"\w*(?:[mM]odal|[dD]ialog|[dD]rawer|[sS]heet|[pP]opup|[pP]opover|Lightbox)"
_LAYER = re.compile(rb"(?:[a-z]+-)?%s(?:[.-]?[cC]ontent)?$" % _COVERS)
_CONTENT = re.compile(rb"[cC]ontent$")  # of Radix and its kin: there only while it is open
_DROPS = re.compile(
    rb"(?:^|[\s:])(?:destroy-on-(?:close|hide)|unmount-on-(?:close|exit|hide)|destroyOn(?:Close|Hidden)|unmountOnExit)"
    rb"(?!\s*=\s*[\"'{]+false)"
)
_WHERE = re.compile(rb"\sv-if\s*=\s*[\"']")
_TAG = re.compile(rb"<(/?)([A-Za-z][\w.:-]*)((?:[^\"'<>]|\"[^\"]*\"|'[^']*')*)>")
_EMPTY = frozenset({b"area", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"source"})


def is_anew(project: Project, path: str) -> bool:
    """Whether all the templates in sight that hold a component of Vue give it a key, or mount it as a dialog opens."""
    found = list(_places(project, path))
    return bool(found) and all(map(_drops, found))


_TAKEN = (  # `import Row from "./Row.vue"`, `const Row = defineAsyncComponent(() => import("./Row.vue"))`
    rb"(?:\bimport\s+(\w+)\s+from\s*|\bconst\s+(\w+)\s*=[^;]{0,80}?\bimport\(\s*)[\"'][^\"'\n]*(?<![\w-])%s(?:\.vue)?[\"']"
)


def _places(project: Project, path: str) -> Iterator[list[tuple[bytes, bytes]]]:
    """Where a component of Vue stands in a template: its tag and those around it, each with its attributes."""
    stem = path.rpartition("/")[2].partition(".")[0].encode()
    taken = re.compile(_TAKEN % re.escape(stem))
    near = (one for one in project.code.near(path) if one.endswith(".vue") and one != path and not is_test(one))
    for one in near:
        code = project.code.code(one) if stem in project.code.text(one) else b""
        names = {name for said in taken.findall(code) for name in (said[0] or said[1], _kebab(said[0] or said[1]))}
        around: list[tuple[bytes, bytes]] = []
        for closing, tag, said in _TAG.findall(code) if names else ():
            if closing:
                while around and around.pop()[0] != tag:
                    pass
                continue
            if tag in names:
                yield [*around, (tag, said)]
            if tag.lower() not in _EMPTY and not said.endswith(b"/"):
                around.append((tag, said))


def _kebab(name: bytes) -> bytes:
    return re.sub(rb"(?<=[a-z0-9])(?=[A-Z])", b"-", name).lower()


_KEYED = re.compile(rb"\s(?:v-bind)?:key\s*=")


def _drops(around: list[tuple[bytes, bytes]]) -> bool:
    if _KEYED.search(around[-1][1]):
        return True
    layers = [at for at, (tag, _) in enumerate(around) if _LAYER.match(tag)]
    for at in layers:
        tag, said = around[at]
        if _CONTENT.search(tag) or _DROPS.search(said) or _WHERE.search(said):
            return True
    return any(_WHERE.search(said) for _, said in around[layers[0] :]) if layers else False


_REACH = 4000  # bytes before a component in which the tag of its dialog stands
_OPENS = re.compile(rb"<(%s(?:\.?Content)?)(?=[\s>])" % _COVERS)
_CONDITION = re.compile(rb"\{([^{};]*)(?:&&|\?)\s*\(?\s*$")


def in_layer(code: bytes, at: int, root: bytes, names_one: bool) -> bool:
    """Whether a component stands in a dialog that does not keep it: `<Drawer open={!!row} destroyOnClose>`.

    root: the name that its property comes of. names_one: whether that is the name of one thing, such as `row.id`.
    """
    start = max(at - _REACH, 0)
    asked = re.compile(rb"(?<![\w$])%s(?![\w$])" % re.escape(root))
    for opened in reversed([*_OPENS.finditer(code, start, at)]):
        given, end = attributes(code, opened.end())
        if end > at or code[end - 1 : end + 1] == b"/>" or re.search(rb"</%s\s*>" % re.escape(opened[1]), code[end:at]):
            continue
        said = code[opened.end() : end]
        before = _CONDITION.search(code[max(opened.start() - 300, 0) : opened.start()])
        drops = _CONTENT.search(opened[1]) or any(_DROPS.search(name.encode()) for name in given)
        if (drops and (names_one or asked.search(said))) or (before is not None and asked.search(before[1])):
            return True
    return False
