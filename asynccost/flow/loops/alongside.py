"""What a rewrite of a loop must heed beyond the independence of its turns.

What they leave behind in an order of theirs, what resolves at once, and what the reader has to decide.
"""

import re
from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.loops.published import for_tests, published, writes
from asynccost.flow.loops.turn_doubts import alike, consumed, kept_on_failure, tells_progress
from asynccost.flow.loops.turn_ties import asks_somebody, deep
from asynccost.flow.reach import binder, local_function, values, within
from asynccost.flow.tree import (
    Assign,
    Await,
    Call,
    Closure,
    Collection,
    Comprehension,
    Constant,
    Continue,
    Do,
    Expr,
    Function,
    Loop,
    Member,
    Name,
    Node,
    Other,
    Return,
)
from asynccost.flow.turn import turn_body, turn_names
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, last_word, verb, words

_DEPTH = 3  # calls of the file's own functions that are followed
_APPENDS = frozenset({"append", "extend", "insert", "push", "unshift", "splice", "appendleft"})
_SENDS = frozenset(
    {"send", "reply", "notify", "sms", "email", "mail", "whatsapp", "telegram", "tweet", "publish", "broadcast"}
)
_WRITERS = frozenset({"writeFile", "writeFileSync", "createWriteStream", "outputFile", "write_bytes", "write_text"})
_CALLBACK = re.compile(r"on[A-Z]\w*$|\w*(?:[pP]rogress|[cC]allback)\w*$|cb$")
_SETTER = re.compile(r"set[A-Z]\w*$")
_STORES = re.compile(  # of one row of a database
    r"(?:^|\.)(?:prisma|db[A-Z]?\w*|tx|database|\w*[Pp]risma\w*)\.\w+\.(?:delete|create|update|upsert|findMany|findUnique|findUniqueOrThrow|findFirst|aggregate|count|groupBy)$"
    r"|(?:^|\.)(?:db|tx|database|drizzle)\.query\.\w+\.find(?:Many|First)$"
    r"|(?:^|\.)\w*(?:[rR]edis|[vV]alkey)\w*(?:\(\))?\.(?:h?get|h?set|hgetall|hGetAll|del|delete|exists|expire|s[mM]embers|s[iI]s[mM]ember|z[sS]core)$"
    r"|[Rr]epo(?:sitory)?(?:\([\w.]*\))?\.(?:delete|save|insert|remove|update|find|findBy|findOne|findOneBy|findOneById|count|countBy|softDelete)$"
    r"|\.createQueryBuilder\(.*\.(?:getMany|getOne|getCount|getRawMany|getRawOne|execute)$"
    r"|(?:^|\.)[A-Z]\w+\.(?:findById|findByIdAndDelete|findByIdAndUpdate|findByPk|findOneAndDelete|destroy|deleteOne)$"
    r"|\.(?:insert_one|delete_one|update_one|replace_one|find_one|insertOne|deleteOne|updateOne|findOne)$"
)


def obstacle(loop: "Loop | Comprehension", function: Function, file: File) -> str:
    """Why the turns of a loop must not run side by side, though none needs another's result; "" if nothing says so."""
    body = turn_body(loop)
    made = turn_names(loop)
    for call in _awaited(body):
        if name := asks_somebody(call):
            return f"{name}() waits for somebody, who answers one question after another"
        if name := _list_handed(call, function, made):
            return f"every turn adds to `{name}`, in the order in which it ends"
        called = local_function(call.callee, function, file)
        if called is not None and (name := _left_by(called, file, _DEPTH)):
            return f"every turn adds to `{name}`, in the order in which it ends"
    calls = list(_awaited(body))
    if calls and all(_at_once(local_function(c.callee, function, file)) for c in calls):
        return "what is awaited is done at once"
    return ""


def question(loop: "Loop | Comprehension", function: Function, file: File) -> str:
    """What only somebody who knows the service can say; "" where nothing is asked."""
    body = turn_body(loop)
    calls = list(_awaited(body))
    made = turn_names(loop)
    if name := next(filter(None, (_shared(n, function, made) for n in deep(body) if isinstance(n, Call))), ""):
        return f"does one turn rely on what another has put into `{name}`?"
    if name := next(filter(None, (_newest(n) for n in deep(body) if isinstance(n, Call))), ""):
        return f"which turn is to come last in {name}()?"
    if writer := _writes_file(body, function, file, _DEPTH):
        return f"may two turns write one file by {writer}()?"
    if asked := alike(calls, body, made) or consumed(calls):
        return asked
    for call in calls:
        names = chain(call.callee)
        if set(words(names[-1])) & _SENDS or (writes(call) and set(words(function.name)) & _SENDS):
            return f"may {names[-1]}() be called ten times at once, and may one overtake another?"
    if word := next(filter(None, (published(c, function) for c in calls)), ""):
        return f"may the {word} of one turn come before that of the turn before it, and stay where that one failed?"
    if name := kept_on_failure(loop, body, function):
        return f"a failure is caught, and what `{name}` holds by then goes on: may the other turns' be lost?"
    if name := tells_progress(body, file):
        return f"may what {name}() tells of the turns come mixed?"
    if name := for_tests(function, file):
        return f"only tests run {name}(): is it worth the lines?"
    if name := next(filter(None, (_tool(c, file) for c in calls)), ""):
        return f"may the tools that {name}() runs act at once, and in any order?"
    if name := _fed(calls, made, file):
        return f"does one turn find what another has added to `{name}`?"
    if name := next(filter(None, map(_told, calls)), ""):
        return f"may {name} be told of several turns at once, in any order?"
    if name := _last_only(loop, function):
        return f"only the last turn decides what `{name}` is in the end: is it meant?"
    if word := _few(loop, calls, file):
        return f"do the items of {word} come to the wait at all, more than one of them?"
    texts = [_spelled(call, function, file) for call in calls]
    if texts and all(_STORES.search(text) for text in texts) and (len(calls) == 1 or "findMany" in texts[0]):
        return f"would one query for all of them in the place of {chain(calls[0].callee)[-1]}() do?"
    return ""


_ACTS = frozenset({
    "execute", "exec", "invoke", "ainvoke", "call", "acall", "run", "arun", "apply", "perform", "dispatch", "handle",
    "process", "use",
})


def _tool(call: Call, file: File) -> str:
    """What runs a tool for a model, which has chosen their order: `fnTool.execute()`; "" for any other call."""
    said = [words(name) for name in re.findall(r"[A-Za-z_]\w*", file.text(call.callee))]
    acts = not _ACTS.isdisjoint(said[-1]) if said else False
    return chain(call.callee)[-1] if acts and any(not {"tool", "tools"}.isdisjoint(name) for name in said) else ""


def _spelled(call: Call, function: Function, file: File) -> str:
    """What is called, without blanks; the client of a class that says so by its name is named after it."""
    text = re.sub(r"\s+", "", file.text(call.callee)).replace("?.", ".")
    said = {*words(function.owner.name), *words(file.site(call).name or "")} if function.owner else set()
    return re.sub(r"_?(?:client|conn)\.(?=\w+$)", "redis.", text) if "redis" in said else text


def _fed(calls: list[Call], made: set[str], file: File) -> str:
    """An object of all turns to which one wait of a turn adds, and which another asks; "" where there is none."""
    for call in calls:
        names = chain(call.callee)
        root = names[0]
        changes = verb(names[-1], file.knowledge) in ("add", "write")
        if len(names) < 2 or root in made or root in ("self", "this", "") or not changes:
            continue
        others = (c for c in calls if c is not call)
        if any(_asks(other, root, file) for other in others):
            return root
    return ""


def _asks(call: Call, name: str, file: File) -> bool:
    """Whether a call is handed an object, or asks it something."""
    names = chain(call.callee)
    handed = any(isinstance(n, Name) and n.id == name for a in call.arguments for n in walk(a.value))
    return (handed or names[0] == name) and verb(names[-1], file.knowledge) == "read"


def _told(call: Call) -> str:
    """A callback that every turn hands to what it waits for, by its name: `onProgress`."""
    for node in walk(*(a.value for a in call.arguments)):
        name = last_word(node)
        if _CALLBACK.match(name):
            return name
    return ""


def _last_only(loop: "Loop | Comprehension", function: Function) -> str:
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


def _few(loop: "Loop | Comprehension", calls: list[Call], file: File) -> str:
    """A list of the module that a loop goes through, most of whose turns may leave before they wait."""
    if not isinstance(loop, Loop) or loop.iter is None or not calls:
        return ""
    named = [n.id for n in walk(loop.iter) if isinstance(n, Name)]
    mine = [n for n in named if n.isupper() and n in file.module.top.bindings]
    leaves = any(isinstance(n, Continue) for s in loop.body if s.end <= calls[0].start for n in walk(s))
    return mine[0] if mine and leaves else ""


def _awaited(body: list[Node]) -> Iterator[Call]:
    """The calls that a turn waits for; of `(await f()).json()` the first."""
    for node in deep(body):
        if isinstance(node, Await) and isinstance(node.value, Call):
            yield node.value


# ------------------------------------------------------------------- order


def _list_handed(call: Call, function: Function, made: set[str]) -> str:
    """A list of the function's own that every turn hands to what it waits for: it is there to be filled."""
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Name) and value.id not in made and not argument.star:
            scope = binder(value.id, function)
            bound = values(value.id, scope) if scope is not None else []
            if bound and all(_empty_list(v) for v in bound):
                return value.id
    return ""


def _shared(call: Call, function: Function, made: set[str]) -> str:
    """A set, or a dict that began empty, which every turn hands on: what has been seen by then."""
    for argument in call.arguments:
        value = argument.value
        if isinstance(value, Name) and value.id not in made and not argument.star:
            scope = binder(value.id, function)
            bound = values(value.id, scope) if scope is not None and scope.kind != "module" else []
            if bound and all(_gathers(v) for v in bound):
                return value.id
    return ""


_NEWEST = frozenset({"latest", "newest", "last", "current"})


def _newest(call: Call) -> str:
    """What keeps only the newest of what the turns give it, by its name: `putLatestRecord()`; "" for any other."""
    name = chain(call.callee)[-1]
    said = words(name)
    return name if said[:1] in _WRITES and not _NEWEST.isdisjoint(said[1:]) else ""


_WRITES = (("put",), ("set",), ("save",), ("update",), ("write",), ("store",), ("upsert",), ("record",))


def _gathers(value: Expr | None) -> bool:
    if isinstance(value, Comprehension):
        return value.kind == "set"
    if isinstance(value, Collection):
        return value.kind == "set" or (value.kind == "dict" and not value.items)
    if isinstance(value, Call):
        word = chain(value.callee)[-1]
        return word in ("set", "Set") or (word in ("dict", "Map", "defaultdict") and not value.arguments)
    return False


def _writes_file(body: list[Node], function: Function, file: File, depth: int) -> str:
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
        if found := _writes_file(list(called.body), called, file, depth - 1):
            return found
    return ""


def _for_writing(mode: Expr) -> bool:
    return isinstance(mode, Constant) and isinstance(mode.value, str) and mode.value[:1] in ("w", "x", "a")


def _empty_list(value: Expr | None) -> bool:
    if isinstance(value, Collection):
        return value.kind == "list" and not value.items
    return isinstance(value, Call) and chain(value.callee)[-1] == "list" and not value.arguments


def _left_by(function: Function, file: File, depth: int) -> str:
    """A list beyond a function that it, or what it calls in its file, appends to."""
    for one in within(function, file):
        for call in one.index.calls if one.index else ():
            if name := _appended(call, one, function):
                return name
            called = local_function(call.callee, one, file) if depth else None
            inner = called is None or called is function or called.scope is one
            if called is not None and not inner and (name := _left_by(called, file, depth - 1)):
                return name
    return ""


def _appended(call: Call, here: Function, outermost: Function) -> str:
    callee = call.callee
    if isinstance(callee, Member) and callee.attr in _APPENDS and isinstance(call.parent, Do):
        names = chain(callee.value)
        scope = binder(names[0], here)
        mine = scope is not None and outermost.start <= scope.start and scope.end <= outermost.end
        return "" if mine and names[0] not in ("self", "this") else ".".join(names)
    if isinstance(callee, Name) and _SETTER.match(callee.id) and _grows(call):
        return callee.id
    return ""


def _grows(call: Call) -> bool:
    """`setFiles((files) => [...files, file])`, `setFiles((files) => files.concat(file))`."""
    update = call.arguments[0].value if len(call.arguments) == 1 else None
    if not isinstance(update, Closure):
        return False
    for node in walk(*update.function.body):
        value = node.value if isinstance(node, Return) else None
        if isinstance(value, Collection) and value.kind == "list":
            return any(isinstance(i, Other) and i.op == "spread" for i in value.items)
        if isinstance(value, Call) and chain(value.callee)[-1] == "concat":
            return True
    return False


# ----------------------------------------------------------------- at once


def _at_once(function: Function | None) -> bool:
    """Whether a coroutine of the file waits for nothing, and hands out nothing that does."""
    if function is None or not function.is_async or function.is_generator or not function.body:
        return False
    index = function.index
    if index is None or index.awaits or any(isinstance(r.value, (Call, Await)) for r in index.returns):
        return False
    waits = (n for n in walk(*function.body) if getattr(n, "is_async", False))
    return not any(True for _ in waits)
