"""Whether what fails of a wait is told to the user on its way, though it goes on: a toast, an alert, a state of errors.

By trees, within a file. What only a function of another file may tell is named, for the second pass to look at.
"""

from collections.abc import Iterator, Sequence

from asynccost.flow.around import above, use_of
from asynccost.flow.file import File
from asynccost.flow.reach import binder, local_function, within
from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Break,
    Call,
    Closure,
    Collection,
    Constant,
    Continue,
    Function,
    Handler,
    If,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Try,
)
from asynccost.flow.waits.ended import is_of_end
from asynccost.flow.waits.telling import holds_state, names_error, says_error, shows
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

TOLD = ""  # what stands for a telling that is seen at once
_STEPS = 2
_ENDS = (Return, Raise, Break, Continue)
_ERRORS = frozenset({"e", "err", "error", "ex", "exc", "exception", "reason"})
_STORES = frozenset({"set", "setState", "patchState", "$patch"})
_ANSWERS = frozenset({"ok", "status"})


def told_by(file: File, wait: Await, function: Function) -> list[str]:
    """What tells the user of a failure of a wait: TOLD where this is seen, else functions that may do so, by name."""
    found = list(dict.fromkeys(_tellers(file, wait, function)))
    return [TOLD] if TOLD in found else found


def _tellers(file: File, wait: Await, function: Function) -> Iterator[str]:
    yield from _caught(file, wait, function)
    if isinstance(wait.value, Call):
        if shows(chain(wait.value.callee), file.knowledge):
            yield TOLD  # `await toast.promise(saving, { error })`
        yield from _handed(file, wait.value, function)
        yield from _hooked(file, wait.value, function)
    yield from _answered(file, wait, function)


# ------------------------------------------------- a handler that throws again


def _caught(file: File, wait: Await, function: Function) -> Iterator[str]:
    """What a handler around calls before each place where it throws again."""
    below: Node = wait
    for up in above(wait):
        if isinstance(up, Try) and any(below is one for one in up.body):
            for handler in up.handlers:
                yield from _before_throws(file, handler, function)
        below = up


def _before_throws(file: File, handler: Handler, function: Function) -> Iterator[str]:
    thrown = [node for node in walk(*handler.body) if isinstance(node, Raise) and not is_of_end(node, handler)]
    for node, teller in _telling(file, handler.body, function):
        if all(node.start < one.start and not _apart(node, one, handler) for one in thrown):
            yield teller


def _apart(told: Node, thrown: Node, handler: Handler) -> bool:
    """Whether a handler that has told does not come to a throw: `if (known) { toast(error); return; } throw error`."""
    below = told
    for up in above(told):
        if up is handler:
            return False
        if isinstance(up, If):
            way = next((side for side in (up.body, up.orelse) if any(below is one for one in side)), None)
            inside = any(one.start <= thrown.start < one.end for one in way or ())
            if way and not inside and (up.start <= thrown.start < up.end or isinstance(way[-1], _ENDS)):
                return True
        below = up
    return False


# ------------------------------------------ what is handed over for failures


def _handed(file: File, call: Call, function: Function) -> Iterator[str]:
    """What a call is handed for what fails: `load(work, (error) => toast(error))`, `send(x, { onError() {...} })`."""
    named = file.knowledge.table("tasks")["telling"]["handlers"]
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Collection) and value.kind == "dict":
            for key, item in zip(value.keys, value.items, strict=False):
                if isinstance(key, Constant) and key.value in named:
                    yield from _does(file, item, function)
        elif isinstance(value, Closure):
            params = value.function.params
            if params and not _ERRORS.isdisjoint(words(params[0].name)[-1:]):
                yield from _does(file, value, function)
        elif isinstance(value, (Name, Member)) and names_error(chain(value)[-1]):
            yield from _does(file, value, function)


def _does(file: File, value: Node, function: Function) -> Iterator[str]:
    """What a function that is handed over tells."""
    if isinstance(value, (Name, Member)) and shows(chain(value), file.knowledge):
        yield TOLD
        return
    made = local_function(value, function, file)
    if made is not None:
        yield from (teller for _, teller in _telling(file, made.body, made))
    elif isinstance(value, (Name, Member)):
        yield from _elsewhere(file, value, function)


def _hooked(file: File, call: Call, function: Function) -> Iterator[str]:
    """What a hook was handed for failures: `const { mutateAsync: save } = useMutation({ onError })`."""
    callee = call.callee.value if isinstance(call.callee, Member) else call.callee
    scope = binder(callee.id, function) if isinstance(callee, Name) else None
    if not isinstance(callee, Name) or scope is None or scope.index is None:
        return
    for made in scope.index.assigns:
        if not (isinstance(made, Assign) and isinstance(made.value, Call)):
            continue
        if not any(isinstance(node, Name) and node.id == callee.id for node in walk(*made.targets)):
            continue
        yield from _handed(file, made.value, scope)
        hook = local_function(made.value.callee, scope, file)
        for one in within(hook, file) if hook is not None else ():
            for inner in one.index.calls if one.index else ():
                yield from _handed(file, inner, one)


# ---------------------------------------------------- an answer that is looked at


def _answered(file: File, wait: Await, function: Function) -> Iterator[str]:
    """`const answer = await fetch(url); if (!answer.ok) { toast.error(text); return; }`: the network is left."""
    use = use_of(wait)
    kept = use.node.targets if isinstance(use.node, Assign) else ()
    names = {target.id for target in kept if isinstance(target, Name)}
    if not names:
        return
    fetched = isinstance(wait.value, Call) and "fetch" in words(chain(wait.value.callee)[-1])
    asked = _ANSWERS if fetched else {"ok"}  # other clients reject what is not 200
    for test in (node for node in walk(*function.body) if isinstance(node, If) and node.start > wait.start):
        if any(isinstance(n, Member) and n.attr in asked and _is_one(n.value, names) for n in walk(test.test)):
            yield from (teller for _, teller in _telling(file, _sides(test, function), function))


def _is_one(node: Node, names: set[str]) -> bool:
    return isinstance(node, Name) and node.id in names


def _sides(test: If, function: Function) -> list[Node]:
    """What runs on either side of a test, and behind it where one side ends there."""
    rest: list[Node] = []
    if test.body and isinstance(test.body[-1], _ENDS):
        around = next((up for up in above(test) if getattr(up, "body", None)), function)
        rest = [one for one in getattr(around, "body", ()) if one.start >= test.end]
    return [*test.body, *test.orelse, *rest]


# ------------------------------------------------------------------ what tells


def _telling(file: File, body: Sequence[Node], function: Function, step: int = 0) -> Iterator[tuple[Node, str]]:
    """The places of some code that tell the user of a failure, and by what."""
    for node in walk(*body):
        if isinstance(node, (Assign, Bind)):
            if _keeps_error(file, node):
                yield node, TOLD
        elif isinstance(node, Call):
            if _is_telling(file, node):
                yield node, TOLD
                continue
            made = local_function(node.callee, function, file)
            if made is None:
                yield from ((node, name) for name in _elsewhere(file, node.callee, function))
            elif step < _STEPS:
                yield from ((node, teller) for _, teller in _telling(file, made.body, made, step + 1))


def _elsewhere(file: File, callee: Node, function: Function) -> Iterator[str]:
    """What a callee of another file is called."""
    name = file.resolve(callee, function) or ""
    if ":" in name:
        yield name


def _is_telling(file: File, call: Call) -> bool:
    names = chain(call.callee)
    first = call.arguments[0].value if call.arguments else None
    if words(names[-1])[:1] == ("set",) and len(call.arguments) == 1 and holds_state(names[-1]) and says_error(first):
        return True  # `setStatus("error")`
    if names[-1] in _STORES:
        given = first if isinstance(first, Collection) and first.kind == "dict" else None
        return given is not None and any(
            isinstance(key, Constant) and _tells_state(str(key.value), item)
            for key, item in zip(given.keys, given.items, strict=False)
        )
    return shows(names, file.knowledge) and not (_is_nothing(first) and names[-1].startswith("set"))


def _tells_state(name: str, value: Node) -> bool:
    """What is kept under a name of a failure, and a state that is one: `error: reason`, `status: "error"`."""
    return (names_error(name) and not _is_nothing(value)) or (holds_state(name) and says_error(value))


def _is_nothing(value: Node | None) -> bool:
    """`setError(null)`, `setError("")`."""
    if isinstance(value, Name):
        return value.id == "undefined"
    return value is None or (isinstance(value, Constant) and not value.value)


def _keeps_error(file: File, node: Assign | Bind) -> bool:
    """`this.error = reason`, `status.value = "error"`, and `error = reason` of a component that shows its variables."""
    if node.value is None or (isinstance(node, Assign) and node.declares):
        return False
    for target in node.targets if isinstance(node, Assign) else [node.target]:
        names = [name for name in chain(target) if name != "value"]
        shown = isinstance(target, Member) or (isinstance(target, Name) and file.path.endswith(".svelte"))
        if shown and names and _tells_state(names[-1], node.value):
            return True
    return False
