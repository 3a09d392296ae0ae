"""Whether one client serves many requests where it stands, or always the same one."""


from asynccost.flow.around import above, function_of, loops_around
from asynccost.flow.file import File
from asynccost.flow.life import Life
from asynccost.flow.reach import class_functions, local_function
from asynccost.flow.repeat import is_short, is_tries
from asynccost.flow.tree import (
    Argument,
    Assign,
    Await,
    Call,
    Comprehension,
    Constant,
    Do,
    Function,
    Handler,
    Loop,
    Member,
    Name,
    Node,
    Subscript,
    With,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_LISTEN = frozenset({"ws_connect", "websocket_connect", "connect_ws", "pubsub", "aconnect_sse", "connect_sse"})


def shared_by(file: File, life: Life, around: list[Loop | Comprehension]) -> str | None:
    """Why one client is enough here: a loop inside its life uses it; None where one request is all that it serves."""
    outer = {id(loop) for loop in around}
    for read in (*life.reads, *_parts(life)):
        inside = [
            loop
            for loop in loops_around(read)
            if id(loop) not in outer and not is_tries(file, loop) and not is_short(loop) and not _holds(loop, life)
        ]
        if inside:
            return "one client serves a loop of requests here"
        if _listens(read):
            return "it holds one long connection"
    if any(_lent_to_a_loop(file, read) for read in life.reads):
        return "one client serves a loop of requests in what it is handed to"
    if not all(map(_runs_now, life.captured)):
        return "the functions written here share it"
    forever = [loop for loop in around if isinstance(loop, Loop) and loop.kind == "while"]
    if forever and any(_goes_on(s) or _lends(s, life, forever[0], file) for s in life.scopes):
        return "the loop outside only reconnects"
    return None


def lent_to_methods(file: File, function: Function, life: Life) -> bool:
    """`async with Client() as self.client: await self.load()`: the object's methods share it while it lasts."""
    owner = function.owner if life.scopes and life.where == "self" else None
    others = [f for f in class_functions(owner, file) if f is not function] if owner is not None else []
    names = (n.parent for f in others for n in (f.index.names if f.index else ()) if n.id in ("self", "this"))
    return any(isinstance(up, Member) and up.attr == life.attr for up in names)


_FOREVER = frozenset({
    "run_forever", "serve_forever", "run_until_disconnected", "wait_closed", "wait_for_termination", "idle",
})
_RUNNERS = frozenset({"runner", "bot", "dispatcher", "dp", "worker", "server", "consumer"})


def outlasts(function: Function, life: Life, call: Call) -> bool:
    """`async with Client() as c: await bot.run(c)`, `await asyncio.Future()`: it lasts as long as what runs there."""
    waits = [w.value for w in (function.index.awaits if function.index else ()) if w.start > call.end]
    inside = [w for w in waits if not life.scopes or any(s.start <= w.start < s.end for s in life.scopes)]
    return any(isinstance(w, Call) and _runs_on(w) for w in inside)


def _runs_on(call: Call) -> bool:
    said = chain(call.callee)
    if said[-1] in _FOREVER or (said[-1] in ("Future", "create_future") and not call.arguments):
        return True
    callee = call.callee
    if said[-1] == "wait" and isinstance(callee, Member) and isinstance(callee.value, Call):
        return chain(callee.value.callee)[-1] == "Event"  # an event that nobody else has
    return said[-1] in ("run", "start_polling") and len(said) > 1 and said[-2] in _RUNNERS


def _lent_to_a_loop(file: File, read: Name) -> bool:
    """`await walk(client, root)`, where a function of the file asks in a loop, or calls itself."""
    given = read.parent
    call = given.parent if isinstance(given, Argument) else None
    made = local_function(call.callee, function_of(call), file) if isinstance(call, Call) else None
    if made is None or not isinstance(call, Call) or not isinstance(given, Argument) or given.star:
        return False
    params = [p.name for p in made.params if p.name not in ("self", "cls", "this")]
    at = [a for a in call.arguments if a.keyword is None].index(given) if given.keyword is None else -1
    name = given.keyword if given.keyword in params else params[at] if 0 <= at < len(params) else ""
    made.wake()
    reads = [n for n in (made.index.names if made.index else ()) if n.id == name]
    return any(not is_tries(file, loop) and not is_short(loop) for n in reads for loop in loops_around(n))


def _parts(life: Life) -> list[Name]:
    """The reads of a client's parts that have a name of their own: `db = client[name]`."""
    found = []
    for read in life.reads:
        part: Node = read
        while isinstance(part.parent, (Member, Subscript)) and part.parent.value is part:
            part = part.parent
        up = part.parent
        names = {t.id for t in up.targets if isinstance(t, Name)} if isinstance(up, Assign) and part is not read else ()
        index = function_of(read).index
        found += [name for name in (index.names if index else ()) if name.id in names and name.start > part.end]
    return found


def _runs_now(function: Function) -> bool:
    """Whether a function runs where it is written, once: `new Promise(async (resolve) => ...)`."""
    up = function.closure.parent if function.closure is not None else None
    call = up.parent if isinstance(up, Argument) else None
    return isinstance(call, Call) and call.new and isinstance(call.callee, Name) and call.callee.id == "Promise"


def _holds(loop: Loop | Comprehension, life: Life) -> bool:
    """Whether the client is made inside a loop, so that the loop does not share it."""
    return any(loop.start <= scope.start and scope.end <= loop.end for scope in life.scopes)


def _listens(read: Name) -> bool:
    up = read.parent
    return isinstance(up, Member) and up.attr in _LISTEN


def listens(function: Function) -> bool:
    """Whether a function opens a websocket: its client lives as long as the connection."""
    return any(
        isinstance(c.callee, Member) and c.callee.attr in _LISTEN
        for c in (function.index.calls if function.index else ())
    )


def _lends(scope: With, life: Life, loop: Loop, file: File) -> bool:
    """`while True: try: async with Client() as c: await consume(c)`: no pause between turns but after an error."""
    body = scope.body[0] if len(scope.body) == 1 else None
    call = body.value.value if isinstance(body, Do) and isinstance(body.value, Await) else None
    if not isinstance(call, Call) or not isinstance(loop.test, Constant):
        return False
    lent = any(isinstance(read.parent, Argument) and read.parent.parent is call for read in life.reads)
    calls = file.knowledge.table("entries")["pauses"]["calls"]
    pauses = [n for n in walk(*loop.body) if isinstance(n, Await) and chain(n.value)[-1] in calls]
    return lent and all(any(isinstance(up, Handler) for up in above(p)) for p in pauses)


def _goes_on(scope: With) -> bool:
    """Whether a with block loops on by itself, waiting for messages."""
    todo: list[Node] = list(scope.body)
    while todo:
        node = todo.pop()
        if isinstance(node, Loop) and (node.is_async or node.kind == "while"):
            return True
        for field in ("body", "orelse", "final", "handlers"):
            todo += getattr(node, field, ())
    return False
