"""Where the turn that comes last decides, or is seen to: a file, a variable, a callback that tells how far it is."""

import re

from asynccost.flow.file import File
from asynccost.flow.loops.turn_ties import deep
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Assign, Call, Comprehension, Constant, Expr, Function, Loop, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, last_word, words

_CALLBACK = re.compile(r"on[A-Z]\w*$|\w*(?:[pP]rogress|[cC]allback)\w*$|cb$")
_WRITERS = frozenset({"writeFile", "writeFileSync", "createWriteStream", "outputFile", "write_bytes", "write_text"})
_WRITES = (("put",), ("set",), ("save",), ("update",), ("write",), ("store",), ("upsert",), ("record",))
_NEWEST = frozenset({"latest", "newest", "last", "current"})


def newest(call: Call) -> str:
    """What keeps only the newest of what the turns give it, by its name: `putLatestRecord()`; "" for any other."""
    name = chain(call.callee)[-1]
    said = words(name)
    return name if said[:1] in _WRITES and not _NEWEST.isdisjoint(said[1:]) else ""


def last_only(loop: "Loop | Comprehension", function: Function) -> str:
    """A variable that every turn sets anew, without looking at it, and that is read behind the loop; "" if none is."""
    body = loop.body if isinstance(loop, Loop) else []
    names = function.index.names if function.index else []
    for assign in body:
        if not isinstance(assign, Assign) or assign.op != "=" or assign.declares or len(assign.targets) != 1:
            continue
        target = assign.targets[0]
        if not isinstance(target, Name):
            continue
        inside = [n for n in names if n.id == target.id and loop.start <= n.start < loop.end and n is not target]
        if not inside and any(n.id == target.id and n.start >= loop.end for n in names):
            return target.id
    return ""


def told(call: Call) -> str:
    """A callback that every turn hands to what it waits for, by its name: `onProgress`."""
    for node in walk(*(a.value for a in call.arguments)):
        name = last_word(node)
        if _CALLBACK.match(name):
            return name
    return ""


def writes_file(body: list[Node], function: Function, file: File, depth: int) -> str:
    """What writes a file in a turn, or in what it calls in its file; "" where nothing does."""
    for node in deep(body):
        if not isinstance(node, Call):
            continue
        word = chain(node.callee)[-1]
        if word in _WRITERS or (word == "open" and any(_for_writing(a.value) for a in node.arguments[1:])):
            return word
        called = local_function(node.callee, function, file) if depth else None
        if called is None or called is function:
            continue
        if found := writes_file(list(called.body), called, file, depth - 1):
            return found
    return ""


def _for_writing(mode: Expr) -> bool:
    return isinstance(mode, Constant) and isinstance(mode.value, str) and mode.value[:1] in ("w", "x", "a")
