"""Whether a property of a React component changes while the component stays, as far as those who render it tell.

A `key`, an item of a list and a constant give each component one value for its life, as does a modal that is there only
while it is open; state, what was chosen and what a hook hands out change. A property that is handed on is asked for
where its own component is rendered.
"""

import re
from collections.abc import Iterator
from enum import Enum

from asynccost.flow.effects.race_changes import says_chosen
from asynccost.flow.effects.state import hook_name, pattern_names
from asynccost.flow.file import File, is_test
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import arguments, closed
from asynccost.flow.reach import values
from asynccost.flow.tree import Assign, Function, Member, Name

_DEPTH = 3
_IS_HOOK = re.compile(r"use[A-Z]")
_NAME = re.compile(rb"[A-Za-z_$][\w$:.-]*")
_ROOT = re.compile(rb"\(?(?:props\.)?([A-Za-z_$][\w$]*)")
_CONSTANT = re.compile(rb"[\"'`\d]|(?:true|false|null|undefined)\b")
_COMPONENT = re.compile(rb"\b(?:function|const)\s+((?:use)?[A-Z]\w*)")
_WORD = rb"(?<![\w$])%s(?![\w$])"
_STATE = rb"\[\s*%s\s*,[^\]=]*\]\s*=\s*(?:React\.)?use[A-Z]"
_HOOK = (  # not what a component makes itself, or keeps
    rb"\b(?:const|let)\s*(?:\{[^{}]*(?<![\w$])%s(?![\w$])[^{}]*\}|%s)\s*=\s*use(?!(?:Memo|Ref|Callback)\b)[A-Z]\w*\("
)
_MEMO = rb"\b(?:const|let)\s+%s\s*=\s*(?:React\.)?useMemo(?:<[^()]*>)?\("
_PLAIN = rb"\b(?:const|let)\s+%s\s*=\s*([^;\n]*)"
_PLACE = re.compile(rb"(?<![\w$.])(?:location|params|searchParams|router|route|pathname)\b")
_WORDS = re.compile(rb"(?<![\w$.])[A-Za-z_$][\w$]*")
_ITEM = rb"\.(?:map|flatMap)\(\s*(?:async\s*)?(?:function\s*)?\(?\s*(?:\{[^{}]*(?<![\w$])%s(?![\w$])|%s(?![\w$]))"


def given_by(component: Function, key: str, file: File) -> list[str]:
    """The component or hook that is handed a key, and the property or position by which it is; [] for other keys."""
    root, _, rest = key.partition(".")
    if file.path.endswith(".svelte"):
        return [_component_of(file.path), root] if "$props" in map(hook_name, values(root, component)) else []
    params = enumerate(component.params)
    held = [(n, p) for n, p in params if root in ({p.name} if p.name else pattern_names(p.pattern))]
    named = [*_COMPONENT.finditer(file.module.source, 0, component.start)][-1:]
    name = component.name or "".join(match[1].decode() for match in named)
    if not held:
        prop = _taken_out(root, component)
        return [name, prop] if prop and not _IS_HOOK.match(name) else []
    number, param = held[0]
    if _IS_HOOK.match(name):  # `useRows(id)`, `useRows({ id })`
        return [name, str(number) if param.name else f"{number}.{root}"]
    return [name, rest.partition(".")[0] if param.name else root]


def _component_of(path: str) -> str:
    """The name by which others render the component of a file: `RowBadge` of `row-badge.svelte`."""
    stem = path.rpartition("/")[2].partition(".")[0]
    return "".join(part[:1].upper() + part[1:] for part in stem.split("-"))


def _taken_out(name: str, component: Function) -> str:
    """The property that a component's body gives a name: `const { row } = props`, `const id = props.rowId`."""
    given = component.params[0].name if component.params else ""
    for assign in component.index.assigns if given and component.index is not None else ():
        value = assign.value
        targets = assign.targets if isinstance(assign, Assign) else []
        if isinstance(value, Name) and value.id == given and name in {n for t in targets for n in pattern_names(t)}:
            return name
        named = any(isinstance(target, Name) and target.id == name for target in targets)
        if named and isinstance(value, Member) and isinstance(value.value, Name) and value.value.id == given:
            return value.attr
    return ""


class Fate(Enum):
    """What a property does while its component stays."""

    MOVES = "moves"
    STAYS = "stays"
    UNKNOWN = "unknown"
    UNSEEN = "unseen"  # nothing in sight renders it


def fate_of(project: Project, path: str, component: str, prop: str, depth: int = 0) -> Fate:
    """What becomes of a property of a component, or of an argument of a hook, by its position: `1`.

    It moves where one of those who render or call it hands in what changes.
    """
    if depth > _DEPTH or not component or not prop:
        return Fate.UNKNOWN if depth else Fate.UNSEEN
    uses = _calls if _IS_HOOK.match(component) else _tags
    found = [
        _given(project, one, code, at, handed, prop, depth)
        if not (_is_masked(name, code[:at], handed.get(prop, b"")) or _KEPT.search(code, max(at - 40, 0), at))
        else Fate.STAYS
        for one, code, name in _using(project, path, component.encode())
        for at, handed in uses(code, name)
    ]
    if Fate.MOVES in found:
        return Fate.MOVES
    if not found:
        return Fate.UNSEEN if depth == 0 else Fate.UNKNOWN
    return Fate.STAYS if all(fate is Fate.STAYS for fate in found) else Fate.UNKNOWN


def _using(project: Project, path: str, name: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    """The scripts that use a component or a hook, and how each calls it: those that import its module, or its name."""
    mark = name + b"(" if _IS_HOOK.match(name.decode()) else b"<" + name
    holding = [p for p in project.code.near(path) if not is_test(p) and mark in project.code.text(p)]
    importing = [p for p in project.names.scripts.importers(path) if not is_test(p)]
    for one in importing:
        code = project.code.code(one)
        for other in _other_names(code, path, name, project.code.code(path)):
            yield one, code, other
    others = [p for p in holding if p != path]
    imports = re.compile(rb"import\b[^;\"']*(?<![\w$])%s(?![\w$])" % name)
    near = [p for p in others if p in importing] or [p for p in others if imports.search(project.code.code(p))]
    for one in (*near, *(p for p in holding if p == path)):
        yield one, project.code.code(one), name


_TAKEN_IN = re.compile(  # `import Row from "./row"`, `const Row = lazy(() => import("./row"))`
    rb"\bimport\s+(?P<local>[A-Za-z_$][\w$]*)\s*(?:,\s*\{[^{}]*\}\s*)?from\s*[\"'](?P<from>[^\"'\n]+)[\"']"
    rb"|\b(?:const|let)\s+(?P<lazy>[A-Z][\w$]*)\s*=\s*[\w.]+\(\s*(?:async\s*)?\(\)\s*=>[^;]{0,80}?\bimport\(\s*"
    rb"[\"'](?P<of>[^\"'\n]+)[\"']"
)


def _other_names(code: bytes, path: str, name: bytes, module: bytes) -> set[bytes]:
    """What a script calls a component of a module that it imports, where that is another name than its own."""
    found = set(re.findall(rb"(?<![\w$])%s\s+as\s+([A-Za-z_$][\w$]*)" % name, code))
    if re.search(rb"\bexport\s+default\b[^;\n]*(?<![\w$])%s(?![\w$])" % name, module):
        for said in _TAKEN_IN.finditer(code):
            if _stem((said["from"] or said["of"]).decode("utf-8", "replace")) == _stem(path):
                found.add(said["local"] or said["lazy"])
    return found - {name}


def _stem(path: str) -> str:
    """The last name of a path, or that of the folder whose index it is: `row` of `./row.tsx` and `./row/index`."""
    *folders, last = path.split("/")
    last = last.partition(".")[0]
    return folders[-1] if last == "index" and folders else last


def _calls(code: bytes, name: bytes) -> Iterator[tuple[int, dict[str, bytes]]]:
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


def _tags(code: bytes, name: bytes) -> Iterator[tuple[int, dict[str, bytes]]]:
    """Where a component is rendered, with the attributes' texts; a spread stands as "..."."""
    for match in re.finditer(rb"<%s(?:<[^<>;(){}]*>)?(?=[\s/>])" % name, code):
        yield match.start(), _attributes(code, match.end())


def _attributes(code: bytes, at: int) -> dict[str, bytes]:
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
    return found


def _given(
    project: Project, path: str, code: bytes, at: int, attributes: dict[str, bytes], prop: str, depth: int
) -> Fate:
    """What a place that renders a component hands in."""
    if "key" in attributes:
        return Fate.STAYS
    value = attributes.get(prop)
    if value is None:
        return Fate.UNKNOWN if "..." in attributes else Fate.STAYS
    if _CONSTANT.match(value):
        return Fate.STAYS
    root = _ROOT.match(value)
    if root is None:
        return Fate.UNKNOWN
    said = value.decode("utf-8", "replace").replace(".current", "")
    if says_chosen(said) or _changes(code, root[1]):
        return Fate.MOVES
    if re.search(_ITEM % (root[1], root[1]), code[:at]):
        return Fate.STAYS
    around = next(reversed([*_COMPONENT.finditer(code, 0, at)]), None)
    if around is None or not _takes(code[around.end() : at], root[1]):
        return Fate.UNKNOWN
    return fate_of(project, path, around[1].decode(), root[1].decode(), depth + 1)


_KEPT = re.compile(rb"\b(?:component|element):\s*\(?\s*$")  # `open({ component: <Tab id={id} /> })`: made once
_MODAL = re.compile(rb"Modal|Dialog|Lightbox|Drawer|Sheet|Popup|Popover")
_CONDITION = re.compile(rb"\{([^{};]*)(?:&&|\?)\s*\(?\s*$")
_OPEN = re.compile(rb"(?i)open|show|visib|modal|dialog|drawer|popup|popover|sheet")
_NAMES_ONE = re.compile(rb"(?:[a-z\d]Id|[._]id|^id|Uuid|uuid|Slug|slug)$")


def _is_masked(name: bytes, before: bytes, value: bytes) -> bool:
    """Whether what covers the page is mounted when it opens: `{file && <FileModal file={file} />}`.

    Another one is chosen when it is closed, and so is no longer there; what it is handed besides may change.
    """
    condition = _CONDITION.search(before[-300:]) if _MODAL.search(name) else None
    root = _ROOT.match(value)
    if condition is None or root is None:
        return False
    asked = re.search(_WORD % root[1], condition[1]) is not None
    return asked or (_OPEN.search(condition[1]) is not None and _NAMES_ONE.search(value) is not None)


def _changes(code: bytes, name: bytes) -> bool:
    """Whether a name is state, or what a hook hands out, or a part of the address, or is made of such a thing."""
    if re.search(_STATE % name, code) is not None or re.search(_HOOK % (name, name), code) is not None:
        return True
    plain = re.search(_PLAIN % name, code)
    if plain is not None and _PLACE.search(plain[1]):
        return True
    made = re.search(_MEMO % name, code)
    body, deps = [*arguments(code, made.end()), b"", b""][:2] if made is not None else [b"", b""]
    named = {word for word in _WORDS.findall(deps) if word != name and not re.search(rb"(?<![\w$.])%s\(" % word, body)}
    return any(says_chosen(word.decode()) or _changes(code, word) for word in named)


def _takes(behind: bytes, name: bytes) -> bool:
    """Whether a component takes a property of a name: what stands behind its own name, up to its body."""
    head = re.split(rb"=>|\)\s*(?::[^={}]*)?\{", behind, maxsplit=1)[0]
    return re.search(rb"(?<![\w$])(?:%s|props)(?![\w$])" % name, head) is not None
