"""What a rewrite of a loop must heed beyond the independence of its turns.

What they leave behind in an order of theirs, what resolves at once, and what the reader has to decide.
"""

import re
from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.loops.published import for_tests, published, writes
from asynccost.flow.loops.turn_doubts import alike, consumed, kept_on_failure, tells_progress
from asynccost.flow.loops.turn_gathers import fed, left_by, list_handed, shared
from asynccost.flow.loops.turn_last import last_only, newest, told, writes_file
from asynccost.flow.loops.turn_ties import asks_somebody, deep
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Await, Call, Comprehension, Continue, Function, Loop, Name, Node
from asynccost.flow.turn import turn_body, turn_names
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_DEPTH = 3  # calls of the file's own functions that are followed
_SENDS = frozenset(
    {"send", "reply", "notify", "sms", "email", "mail", "whatsapp", "telegram", "tweet", "publish", "broadcast"}
)
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
        if name := list_handed(call, function, made):
            return f"every turn adds to `{name}`, in the order in which it ends"
        called = local_function(call.callee, function, file)
        if called is not None and (name := left_by(called, file, _DEPTH)):
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
    if name := next(filter(None, (shared(n, function, made) for n in deep(body) if isinstance(n, Call))), ""):
        return f"does one turn rely on what another has put into `{name}`?"
    if name := next(filter(None, (newest(n) for n in deep(body) if isinstance(n, Call))), ""):
        return f"which turn is to come last in {name}()?"
    if writer := writes_file(body, function, file, _DEPTH):
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
    if name := fed(calls, made, file):
        return f"does one turn find what another has added to `{name}`?"
    if name := next(filter(None, map(told, calls)), ""):
        return f"may {name} be told of several turns at once, in any order?"
    if name := last_only(loop, function):
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


def _at_once(function: Function | None) -> bool:
    """Whether a coroutine of the file waits for nothing, and hands out nothing that does."""
    if function is None or not function.is_async or function.is_generator or not function.body:
        return False
    index = function.index
    if index is None or index.awaits or any(isinstance(r.value, (Call, Await)) for r in index.returns):
        return False
    waits = (n for n in walk(*function.body) if getattr(n, "is_async", False))
    return not any(True for _ in waits)
