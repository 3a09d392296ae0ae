"""What a loop goes through: how to write it as an array that is cut into batches, and whether it is short."""

import re
from dataclasses import dataclass

from asynccost.flow.extent import bounded, outside
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Await, Call, Choice, Collection, Expr, Function, Member, Name, Subscript
from asynccost.flow.words import chain
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import Script

AT_ONCE = 10  # how many turns run side by side where nothing bounds the list

_ARRAYS = frozenset(
    {
        "map", "filter", "slice", "split", "concat", "sort", "reverse", "flat", "flatMap",
        "toSorted", "toReversed", "splice", "fill", "from", "of",
    }
)
_PROMISED = frozenset({"all", "allSettled", "findMany", "toArray", "getMany", "getRawMany"})  # arrays, when awaited
_ONLY_ARRAYS = (
    r"(?:\?\.|\.)(?:map|filter|slice|some|every|find|findIndex|reduce|flatMap|push|join|at|includes)\b"
)


@dataclass(slots=True)
class Source:
    """A list that is walked. text: how the array is spelled; before: a declaration that makes it so, or ""."""

    text: str
    before: str
    short: bool


def source_of(items: Expr, function: Function, file: File, patch: Patch, name: str) -> Source:
    """The array that holds the items of a loop; name: what it is called where it has to be made."""
    script = patch.script
    text = script.text(items)
    short = is_short(items, function, file)
    array = is_array(items, function, file, script)
    if array and (isinstance(items, (Name, Member)) or short):
        simple = isinstance(items, (Name, Member, Call))
        return Source(text if simple or isinstance(items, Collection) else f"({text})", "", short)
    # not Array.from(): of an `any` it makes `unknown[]`, which nothing then takes
    spelled = text if array else f"[...{_operand(items, text)}]"
    if short:
        return Source(spelled, "", short)
    return Source(name, f"const {name} = {spelled}{patch.semi}", short)


def _operand(items: Expr, text: str) -> str:
    return f"({text})" if isinstance(items, Await) else text


def is_short(items: Expr, function: Function, file: File) -> bool:
    """Whether a list is short: written out, a constant, limited, or what a view has on its screen."""
    if bounded(items, file, function) or _is_conversation(items, function, file):
        return True
    return _in_view(function, file) and _is_shown(items, file) and not outside(items, file, function)


def _is_shown(items: Expr, file: File) -> bool:
    """Whether a component shows what is called so, as far as its own file tells; an unnamed list is at hand in it."""
    if not isinstance(items, (Name, Member)):
        return True
    return re.search(_SHOWS % {b"name": re.escape(chain(items)[-1].encode())}, file.module.source) is not None


_SHOWS = rb"\bv-for=[\"'][^\"']*\b(?:in|of)\s[^\"']*\b%(name)b\b|\{#each\s[^{}]*\b%(name)b\b|\b%(name)b\b\??\.map\("


def _is_conversation(items: Expr, function: Function, file: File) -> bool:
    """`messages`, with the role of each: what a model is told at once."""
    named = isinstance(items, (Name, Member)) and chain(items)[-1] == "messages"
    return named and re.search(r"\.role\b", file.text(function)) is not None


def _in_view(function: Function, file: File) -> bool:
    """Whether code belongs to a component or hook: what it walks has been shown to somebody."""
    if file.path.endswith((".vue", ".svelte", ".tsx", ".jsx")):
        return True
    return any(one.name.startswith("use") and one.name[3:4].isupper() for one in scopes(function))


def is_array(expr: Expr, function: Function, file: File, script: Script, depth: int = 0) -> bool:
    """Whether an expression is an array, as far as the file shows."""
    if depth > 4:
        return False
    if isinstance(expr, Collection):
        return expr.kind == "list"
    if isinstance(expr, Choice) and expr.op in ("or", "??") and _is_empty_list(expr.options[-1]):
        return True  # `answer.data || []`: what stands in for an array
    if isinstance(expr, Choice) and expr.op in ("or", "??", "?:"):
        return all(is_array(one, function, file, script, depth + 1) for one in expr.options)
    if isinstance(expr, Await):
        return isinstance(expr.value, Call) and chain(expr.value.callee)[-1] in _PROMISED
    if isinstance(expr, Call):
        names = chain(expr.callee)
        return names[-1] in _ARRAYS or (names[0] == "Object" and names[-1] in ("keys", "values", "entries"))
    text = script.text(expr)
    if isinstance(expr, Member) and chain(expr)[-2:-1] == ["body"]:
        return True  # what JSON has of lists are arrays
    scope = binder(expr.id, function) if isinstance(expr, Name) else None
    where = (scope.start, scope.end) if scope is not None else (0, len(script.source))
    said = re.escape(text)
    if re.search(rf"(?<![\w.$]){said}{_ONLY_ARRAYS}|\bArray\.isArray\({said}\)", script.text(where)):
        return True
    if _has_length(expr, function, file, script, script.text(where)):
        return True
    if isinstance(expr, Name):
        return _named_array(expr, function, file, script, depth)
    return False


def _is_empty_list(expr: Expr) -> bool:
    return isinstance(expr, Collection) and expr.kind == "list" and not expr.items


_OF_PAGES = re.compile(  # what a page's objects call their lists, which are no arrays
    r"(?i)(?:files?|nodes|children|elements?|items|options|rows|cells|inputs|images|links|attributes|touches|list)$"
)


def _has_length(expr: Expr, function: Function, file: File, script: Script, text: str) -> bool:
    """Whether something is asked for its length, and nothing says that it is a list of nodes or of files."""
    if not isinstance(expr, (Name, Member)) or _OF_PAGES.search(chain(expr)[-1]):
        return False
    said = r"\??\.".join(re.escape(part) for part in re.split(r"\?\.|\.", script.text(expr)))
    asked = re.search(rf"(?<![\w.$]){said}\??\.length\b", text)
    return asked is not None and not walks_itself(expr, function, file, script)


_OTHERS = re.compile(r"(?:\b|_)(?:set|map|headers|formData|searchParams)$|(?:Set|Map|NodeList|FileList)$")
_TYPED = r"\s*(?::|=\s*new)\s*(?:Readonly|Weak)?(?:Set|Map|NodeList\w*|FileList|Headers|FormData|URLSearchParams)\b"
_ITERATORS = frozenset({"values", "keys", "entries", "querySelectorAll", "matchAll"})


def walks_itself(expr: Expr, function: Function, file: File, script: Script) -> bool:
    """Whether what has forEach() may be no array: a set, a map, a list of nodes, as its name or its making says."""
    if isinstance(expr, Call) and chain(expr.callee)[0] != "Object" and chain(expr.callee)[-1] in _ITERATORS:
        return True
    if isinstance(expr, (Name, Member)) and _OTHERS.search(chain(expr)[-1]):
        return True
    if not isinstance(expr, Name):
        return False
    text = script.text((0, len(script.source)))
    said = re.escape(expr.id)
    if re.search(rf"\b{said}{_TYPED}", text):
        return True
    scope = binder(expr.id, function)
    bound = scope.index.bound.get(expr.id, []) if scope is not None and scope.index is not None else []
    return any(isinstance(v, Call) and walks_itself(v, function, file, script) for v in bound)


def _named_array(name: Name, function: Function, file: File, script: Script, depth: int) -> bool:
    scope = binder(name.id, function)
    if scope is None or scope.index is None:
        return False
    for param in scope.params:
        if param.name == name.id and param.annotation is not None:
            return _is_array_type(param.annotation)
    values = [v for v in scope.index.bound.get(name.id, []) if v is not None]
    return bool(values) and all(is_array(v, scope, file, script, depth + 1) for v in values)


def _is_array_type(note: Expr) -> bool:
    """`ids: string[]`, `rows: Array<Row>`."""
    return isinstance(note, Subscript) and chain(note.value)[-1] in ("Array", "ReadonlyArray")


def singular(text: str) -> str:
    """A name for one item of a list, by the list's name."""
    name = text.rpartition(".")[2]
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        return "item"
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    if name.endswith("s") and not name.endswith("ss") and len(name) > 2:
        return name[:-1]
    return "item"

