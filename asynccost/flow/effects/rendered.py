"""Whether a property of a React component changes while the component stays, as far as those who render it tell.

A `key`, an item of a list and a constant give each component one value for its life, as does a modal that is there only
while it is open; state, what was chosen and what a hook hands out change. A property that is handed on is asked for
where its own component is rendered.
"""

import re
from enum import Enum

from asynccost.flow.effects.mounted import in_layer
from asynccost.flow.effects.race_changes import says_chosen
from asynccost.flow.effects.renderers import IS_HOOK, calls, tags, using
from asynccost.flow.effects.state import hook_name, pattern_names
from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.script_code import arguments
from asynccost.flow.reach import values
from asynccost.flow.tree import Assign, Function, Member, Name

_DEPTH = 3
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
_PLACE = re.compile(rb"(?<![\w$])(?:location|params|searchParams|router|route|pathname)\b")
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
        return [name, prop] if prop and not IS_HOOK.match(name) else []
    number, param = held[0]
    if IS_HOOK.match(name):  # `useRows(id)`, `useRows({ id })`
        return [name, str(number) if param.name else f"{number}.{root}"]
    return [name, rest.partition(".")[0] if param.name else root]


def given_plainly(component: Function, key: str, file: File) -> list[str]:
    """The same of a property that has no default, which stands in for what nobody hands in."""
    source = file.module.source
    head = source[component.start : component.body[0].start] if component.body else b""
    default = re.search(rb"(?<![\w$.])%s\s*=(?![=>])" % re.escape(key.encode()), head)
    return [] if default is not None or b"defaultProps" in source else given_by(component, key, file)


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
    uses = calls if IS_HOOK.match(component) else tags
    found = [
        Fate.STAYS
        if _is_masked(name, code, at, handed.get(prop, b"")) or _KEPT.search(code, max(at - 40, 0), at)
        else _given(project, one, code, at, handed, prop, depth)
        for one, code, name in using(project, path, component.encode())
        for at, handed in uses(code, name)
    ]
    if Fate.MOVES in found:
        return Fate.MOVES
    if not found:
        return Fate.UNSEEN if depth == 0 else Fate.UNKNOWN
    return Fate.STAYS if all(fate is Fate.STAYS for fate in found) else Fate.UNKNOWN


_NOTHING = frozenset({b"undefined", b"null", b""})


def is_unhanded(project: Project, path: str, component: str, prop: str) -> bool:
    """Whether all in sight who render a component leave a property out, or say `undefined`."""
    if not component or not prop or IS_HOOK.match(component):
        return False
    found = [h for _, code, name in using(project, path, component.encode()) for _, h in tags(code, name)]
    return bool(found) and all("..." not in h and h.get(prop, b"undefined") in _NOTHING for h in found)


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


def _is_masked(name: bytes, code: bytes, at: int, value: bytes) -> bool:
    """Whether what covers the page is mounted when it opens: `{file && <FileModal file={file} />}`, or lies in what is.

    Another one is chosen when it is closed, and so is no longer there; what it is handed besides may change.
    """
    root = _ROOT.match(value)
    if root is None:
        return False
    if in_layer(code, at, root[1], _NAMES_ONE.search(value) is not None):
        return True
    condition = _CONDITION.search(code[max(at - 300, 0) : at]) if _MODAL.search(name) else None
    if condition is None:
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
