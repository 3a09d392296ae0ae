"""Why a key hardly changes while its answer is on its way: what would change it is covered or disabled, or the answer
is there within milliseconds."""

import re

from asynccost.flow.around import above
from asynccost.flow.effects.lifecycle import Effect
from asynccost.flow.effects.state import State, root_name
from asynccost.flow.file import File
from asynccost.flow.reach import binder, within
from asynccost.flow.tree import (
    Assign,
    Call,
    Choice,
    Collection,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
    Return,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, word_of, words

_COVER = (
    rb"\{\s*%s(?:\s*===\s*true)?\s*&&\s*\(?\s*<[^<>{}]*[\"'\s]"
    rb"(?:fixed[\"'\s][^<>]*\binset-0|fixed[\"'\s][^<>]*\btop-0\b[^<>]*\bright-0|inset-0\s[^<>]*\bfixed)\b"
)
_DRAWER = re.compile(rb"<template>\s*<(?:[a-z]+-)?(?:\w*[dD]rawer|\w*[dD]ialog|\w*[mM]odal)\b")
_DISABLED = rb":disabled=\"[^\"]*(?<![\w$.])%s(?![\w$])"


def covered(key: str, effect: Effect, request: Call, functions: list[Function], state: State, file: File) -> bool:
    """Whether what would change a key is out of reach while the request runs, as a flag says that is set for it."""
    if effect.framework == "Vue":
        return _is_disabled(key, request, functions, file)
    component = effect.scope
    if not isinstance(component, Function):
        return False
    for function in functions:
        for call in function.index.calls if function.index else ():
            flag = state.setters.get(word_of(call), "")
            if flag and _says(call, True) and _falls_here(word_of(call), functions, component, file):
                if key in state.values and _replaces(flag, component):
                    return True
                if re.search(_COVER % flag.encode(), file.module.source[component.start : component.end]):
                    return True
    return False


def _says(call: Call, value: bool) -> bool:
    given = call.arguments[0].value if call.arguments else None
    return isinstance(given, Constant) and given.value is value


def _falls_here(setter: str, functions: list[Function], component: Function, file: File) -> bool:
    """Whether only the effect takes its flag back: what else does so would uncover the page while the answer waits."""
    own = {id(function) for function in functions}
    for function in within(component, file):
        for name in function.index.names if function.index and id(function) not in own else ():
            up = name.parent
            if name.id != setter or isinstance(up, Collection) or binder(name.id, function) is not component:
                continue
            if not (isinstance(up, Call) and up.callee is name and _says(up, True)):
                return False
    return True


def _replaces(flag: str, component: Function) -> bool:
    """`if (loading) return <Spinner />`: nothing of the component is in reach."""
    for branch in component.body:
        test = branch.test if isinstance(branch, If) else None
        either = test.options if isinstance(test, Choice) and test.op == "or" else [test]
        last = branch.body[-1] if isinstance(branch, If) and branch.body else None
        shown = last.value if isinstance(last, Return) else None
        drawn = isinstance(shown, Other) and shown.op.startswith("jsx")
        if drawn and any(isinstance(part, Name) and part.id == flag for part in either):
            return True
    return False


def _is_disabled(key: str, request: Call, functions: list[Function], file: File) -> bool:
    """Whether a drawer covers the page, and disables what changes its row while it loads.

    An answer that is added to what is there by then would stay with another row's, which was chosen after a closing.
    """
    source = file.module.source
    if not key.startswith("props.") or _DRAWER.search(source) is None or any(map(_adds, functions)):
        return False
    flags = {a.value.id for a in request.arguments if isinstance(a.value, Name)}
    assigns = [a for f in functions for a in (f.index.assigns if f.index else ()) if isinstance(a, Assign)]
    flags |= {root_name(t) for a in assigns if _is_true(a.value) for t in a.targets}
    return any(re.search(_DISABLED % re.escape(flag.encode()), source) for flag in flags if flag)


def _is_true(value: Expr | None) -> bool:
    return isinstance(value, Constant) and value.value is True


def _adds(function: Function) -> bool:
    """`rows.value = [...answer, ...rows.value]`, `rows.value.push(...answer)`."""
    for assign in function.index.assigns if function.index else ():
        targets = [root_name(t) for t in assign.targets] if isinstance(assign, Assign) else []
        value = assign.value
        named = {n.id for n in walk(value) if isinstance(n, Name)} if value is not None else set()
        if not named.isdisjoint(targets):
            return True
    calls = function.index.calls if function.index else []
    return any(isinstance(c.callee, Member) and c.callee.attr in ("push", "unshift", "concat") for c in calls)


_NEAR = frozenset({"cache", "idb", "localforage", "indexeddb", "opfs", "worker"})
_MODULES = frozenset({"localforage", "idb", "idb-keyval", "dexie", "@react-native-async-storage/async-storage"})
_MACHINES = frozenset({"encoder", "decoder", "tokenizer", "worker"})
_FILES = frozenset({"File", "Blob"})
_BRIDGE = re.compile(
    r"(?:^|\.)(?:ipcRenderer\.|(?:window|globalThis)\.(?:electron\w*|ipc\w*|api)\.)|^(?:level|local)_?D[bB]\w*\."
)


def over_bridge(way: str) -> bool:
    """Whether a way ends in another process of the same machine, or its rows: `window.electron.read()`, `localDb`."""
    return _BRIDGE.search(way.rpartition(" -> ")[2]) is not None


def is_near(request: Call, file: File) -> bool:
    """Whether what is asked lies on this machine: IndexedDB, a file, what a worker or a shell's process tells."""
    *of, _ = chain(request.callee)
    name = file.site(request).name or ""
    if name.partition(":")[0] in _MODULES or name.startswith("@tauri-apps/"):
        return True
    if over_bridge(".".join(chain(request.callee))):
        return True
    if any(not _NEAR.isdisjoint(words(part)) for part in of):
        return True
    machine = chain(request.callee)[-1] if isinstance(request.callee, (Name, Call, Other)) else ""
    return not _MACHINES.isdisjoint(words(machine)[-1:]) or any(map(_of_file, above(request)))


def _of_file(node: Node) -> bool:
    """`if (picture instanceof File)`."""
    test = node.test if isinstance(node, (If, Choice)) else None
    asked = test.parts if isinstance(test, Other) and test.op == "instanceof" else []
    return any(isinstance(part, Name) and part.id in _FILES for part in asked)
