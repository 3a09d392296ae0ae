"""Who renders a component of React or Svelte, or calls a hook, and what each hands in, by the texts of the scripts."""

import re
from collections.abc import Iterator, Sequence

from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import arguments, closed

IS_HOOK = re.compile(r"use[A-Z]")
_NAME = re.compile(rb"[A-Za-z_$][\w$:.-]*")


def using(project: Project, path: str, name: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """The scripts that use a component or a hook, and how each calls it: those that import its module, or its name."""
    importing = [p for p in project.names.scripts.importers(path) if not is_test(p)]
    for called in sorted(names_of(project, path, name, importing)):
        mark = called + b"(" if IS_HOOK.match(name.decode()) else b"<" + called
        holding = [p for p in project.code.near(path) if not is_test(p) and mark in project.code.text(p)]
        others = [p for p in holding if p != path]
        imports = re.compile(rb"import\b[^;\"']*(?<![\w$])%s(?![\w$])" % called)
        near = [p for p in others if p in importing] or [p for p in others if imports.search(project.code.code(p))]
        for one in (*near, *(p for p in holding if p == path)):
            yield one, project.code.code(one), called


_WRAPPED = rb"\b(?:const|let)\s+([A-Z][\w$]*)\s*=\s*[\w.]+\(\s*%s\s*[,)]"  # `const Row = memo(RowComponent)`
_TAKEN_IN = re.compile(  # `import Row from "./row"`, `const Row = lazy(() => import("./row"))`
    rb"\bimport\s+(?P<local>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*[\"'](?P<from>[^\"'\n]+)[\"']"
    rb"|\b(?:const|let)\s+(?P<lazy>[A-Z][\w$]*)\s*=\s*[\w.]+\(\s*(?:async\s*)?\(\)\s*=>[^;]{0,80}?\bimport\(\s*"
    rb"[\"'](?P<of>[^\"'\n]+)[\"']"
)


def names_of(project: Project, path: str, name: bytes, importing: Sequence[str]) -> set[bytes]:
    """What a component is called: in its own module, and by those who import it by default or under another name."""
    module = project.code.code(path)
    names = {name, *re.findall(_WRAPPED % name, module)}
    whole = path.endswith((".vue", ".svelte"))  # what such a file holds is its one component
    exported = (re.search(rb"\bexport\s+default\b[^;\n]*(?<![\w$])%s(?![\w$])" % n, module) for n in names)
    by_default = whole or any(exported)
    found = set(names)
    for one in importing:
        code = project.code.code(one)
        found.update(other for n in names for other in re.findall(rb"(?<![\w$])%s\s+as\s+([A-Za-z_$][\w$]*)" % n, code))
        for said in _TAKEN_IN.finditer(code) if by_default else ():
            if stem_of((said["from"] or said["of"]).decode("utf-8", "replace")) == stem_of(path):
                found.add(said["local"] or said["lazy"])
    return found - {b"default"}


def stem_of(path: str) -> str:
    """The last name of a path, or that of the folder whose index it is: `row` of `./row.tsx` and `./row/index`."""
    *folders, last = path.split("/")
    last = last.partition(".")[0]
    return folders[-1] if last == "index" and folders else last


def calls(code: bytes, name: bytes) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Where a hook is called, with the texts of its arguments by their positions."""
    for match in re.finditer(rb"(?<!function )(?<![\w$.])%s\(" % name, code):
        handed: dict[str, bytes] = {}
        for number, text in enumerate(arguments(code, match.end())):
            handed[str(number)] = text
            handed.update({f"{number}.{key}": value for key, value in _fields(text)})
        yield match.start(), handed


_FIELD = re.compile(rb"([A-Za-z_$][\w$]*)\s*(?::\s*(.*))?$", re.S)


def _fields(text: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and values of an object that is written out: `{ id, page: props.page }`."""
    written = arguments(text[1:-1] + b")", 0) if text[:1] == b"{" else ()
    for field in written:
        if (found := _FIELD.match(field)) is not None:
            yield found[1].decode(), found[2] or found[1]


def tags(code: bytes, name: bytes) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Where a component is rendered, with the attributes' texts; a spread stands as "..."."""
    for match in re.finditer(rb"<%s(?:<[^<>;(){}]*>)?(?=[\s/>])" % name, code):
        yield match.start(), attributes(code, match.end())[0]


def attributes(code: bytes, at: int) -> tuple[dict[str, bytes], int]:
    """The attributes of a tag from behind its name, a spread as "...", and where they end."""
    found: dict[str, bytes] = {}
    while at < len(code):
        if code[at : at + 1].isspace():
            at += 1
        elif code[at : at + 1] == b"{":
            at = closed(code, at)
            found["..."] = b""
        elif (name := _NAME.match(code, at)) is not None:
            at = name.end()
            start = at + 1
            if code[at : at + 1] != b"=":
                found[name[0].decode()] = b"true"
                continue
            at = closed(code, start)
            text = code[start:at]
            found[name[0].decode()] = text[1:-1].strip() if text.startswith(b"{") else text
        else:
            break
    return found, at
