"""A client that its owner never closes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from asynccost.flow.around import class_around
from asynccost.flow.clients import Client, built, is_fake
from asynccost.flow.dead import is_dead
from asynccost.flow.effects.made_once import made_with_the_page
from asynccost.flow.facts.entries import is_script, seldom
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.owner import owner_of
from asynccost.flow.reach import within
from asynccost.flow.sessions.rebuilt import look
from asynccost.flow.sessions.recreation import judge
from asynccost.flow.sessions.unclosed import closers_of, handed_out, is_single, makes_lasting, object_verdict
from asynccost.flow.tree import Argument, Assign, Call, Choice, Class, Closure, Member, Name, Node
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_OWNED = {
    "yielded": "it is yielded: whoever resumes this owns it",
    "returned": "it is returned: whoever calls this owns it",
    "scoped": "a with statement closes it",
    "default": "a default lives as long as its function",
    "fallback": "whoever passes it in owns it",
}
_TOLD = "session-recreation speaks of it: a client that is kept needs one close"
_STAYS = {
    "pool": "its sockets stay open until the peer or the garbage collector ends them",
    "certificates": "its sockets stay open until the peer or the garbage collector ends them",
    "database": "the server keeps its connections until they time out",
    "socket": "the connection stays open and goes on receiving",
}


def worth(text: "Text") -> bool:
    """Whether a script names a client."""
    return not text.is_test and text.may_name(text.knowledge.table("clients")["clients"])


def check(file: File) -> Iterator[Finding | Silence]:
    """Every client that the file builds and that does not close itself."""
    for site, client in built(file):
        if client.close:
            yield _look(file, site, client)


def _look(file: File, site: Site, client: Client) -> Finding | Silence:
    call, function = site.call, site.function
    if client.gc:
        return file.silence(call, "it closes itself when it is collected")
    if file.is_test or file.memo(is_script) or is_fake(file, call):
        return file.silence(call, "a test or a script ends with its process")
    if any(re.fullmatch(r"cli|\w+_cli|cli_\w+", part) for part in file.path.split("/")[:-1]):
        return file.silence(call, "a command line ends with its process")
    if is_dead(call, function, file.module.source):
        return file.silence(call, "this code is never reached")
    if function.kind == "module" and class_around(function) is None and not _is_field(file, site):
        return file.silence(call, "it lives as long as the process")
    life = owner_of(file, call, function, client.close)
    if life.kind in _OWNED:
        return file.silence(call, _OWNED[life.kind])
    if life.kind == "kept":
        return _kept(file, site, client, life)
    return _local(file, site, client, life)


def _is_field(file: File, site: Site) -> bool:
    """`private ws = new WebSocket()` in a class body."""
    return any(c.start <= site.call.start and site.call.end <= c.end for c in file.module.classes)


def _local(file: File, site: Site, client: Client, life: Life) -> Finding | Silence:
    call, function = site.call, site.function
    if life.closed:
        return file.silence(call, "it is closed here")
    if life.captured:
        return file.silence(call, "a function written here holds it")
    if life.handed:
        return file.silence(call, f"it is handed to {file.text(life.handed[0].callee)[:40]}(), which may close it")
    if isinstance(call.parent, Member) and call.parent.attr == "then" and _keeps_answer(call.parent.parent):
        return file.silence(call, "what then() is handed keeps it")
    if _goes_to_callback(file, call, client):
        return file.silence(call, "the function that it is handed to keeps it, or closes it")
    if makes_lasting(file, life, function):
        return file.silence(call, "what it made outlives this function")
    if client.socket and (reason := handed_out(life)):
        return file.silence(call, reason)
    if function.name in ("main", "amain", "async_main", "_main"):
        return file.silence(call, "it lives as long as the process")
    sure = Confidence.HIGH if client.is_async and life.kind == "local" else Confidence.MEDIUM
    if (client.http and not client.is_async) or seldom(file, function):  # the collector closes it with the function
        sure = Confidence.LOW
    what = client.what[:1].upper() + client.what[1:]
    message = f"{what} is made here and no way out closes it: {_STAYS.get(client.cost, _STAYS['pool'])}"
    other = look(file, site, client) if not client.socket else None
    rebuilt = other.pending if isinstance(other, Finding) else {}
    if rebuilt.get("entry") == "loop":
        return file.silence(call, _TOLD)
    return file.finding(call, message, sure, start=function.start, rebuilt=rebuilt)


def _goes_to_callback(file: File, call: Call, client: Client) -> bool:
    """`MongoClient.connect(url, (error, client) => done(error, client))`: it is handed on, kept or closed there."""
    last = call.arguments[-1].value if call.arguments else None
    inner = last.function if isinstance(last, Closure) else None
    if inner is None or len(inner.params) < 2:
        return False
    names = (name for one in within(inner, file) if one.index is not None for name in one.index.names)
    uses = [name.parent for name in names if name.id == inner.params[1].name]
    kept = [up for up in uses if isinstance(up, Assign) and any(isinstance(t, Member) for t in up.targets)]
    closed = [up for up in uses if isinstance(up, Member) and up.attr in client.close]
    return bool(kept or closed) or any(isinstance(up, Argument) for up in uses)


def _keeps_answer(then: Node | None) -> bool:
    """`connect(url).then((connection) => { this.connection = connection; })`, or a callback that returns it."""
    handed = then.arguments[0].value if isinstance(then, Call) and then.arguments else None
    if not isinstance(handed, Closure) or not handed.function.params:
        return False
    got, index = handed.function.params[0].name, handed.function.index
    if index is None:
        return False
    kept = [a.value for a in index.assigns if isinstance(a, Assign) and any(isinstance(t, Member) for t in a.targets)]
    given = [made.value for made in index.returns]
    return any(isinstance(value, Name) and value.id == got for value in (*kept, *given))


def _kept(file: File, site: Site, client: Client, life: Life) -> Finding | Silence:
    call = site.call
    if life.where != "self" or not life.attr:
        return file.silence(call, "what it is kept on outlives this function")
    cls = _class(file, site)
    if cls is None:
        return file.silence(call, "what it is kept on outlives this function")
    closers = closers_of(file, cls, life.attr, client.close)
    if closers is None:
        return file.silence(call, f"{cls.name} hands self.{life.attr} on, and others may close it")
    what = client.what[:1].upper() + client.what[1:]
    how = "has no method that closes it" if not closers else f"is never told to close it: nobody calls {closers[0]}()"
    word = "self" if file.language == "python" else "this"
    message = f"{what} is kept on {word}.{life.attr}, and {cls.name} {how}: {_STAYS.get(client.cost, _STAYS['pool'])}"
    sure = _sure(site.call, client)
    if client.socket and file.language == "javascript" and made_with_the_page(cls, file):
        sure, message = Confidence.LOW, f"{message} (but its object is made once, and lives as long as the page)"
    if is_single(cls):
        sure, message = Confidence.LOW, f"{message} (but there is one {cls.name}, for the life of the process)"
    return file.finding(
        call,
        message,
        sure,
        cls=cls.qualname,
        attr=life.attr,
        closers=closers,
        close=list(client.close),
        cost=client.cost,
    )


def _sure(call: Call, client: Client) -> Confidence:
    """The collector closes a blocking client's sockets with its object; where it may be another's, who should?"""
    goes_with_it = client.http and not client.is_async and client.cost == "pool" and not isinstance(call.parent, Choice)
    return Confidence.LOW if goes_with_it else Confidence.MEDIUM


def _class(file: File, site: Site) -> Class | None:
    cls = class_around(site.function)
    if cls is not None:
        return cls
    around = [c for c in file.module.classes if c.start <= site.call.start and site.call.end <= c.end]
    return max(around, key=lambda c: c.start, default=None)


def _is_for_tests(made: Def, project: Project) -> bool:
    """Whether a function is a test's, or one that only tests call."""
    if (entry := project.heats.entry(made)) is not None:
        return entry[0] == "test"
    callers = project.calls.callers(made)
    return bool(callers) and all((project.heats.entry(c.by) or ("",))[0] == "test" for c in callers)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Who makes the object, for how long, and who closes it, is for the project to say."""
    if "cls" in finding.pending:
        reason = object_verdict(project, finding.path, **finding.pending)
        return Silence("", finding.path, finding.span, reason) if reason else finding
    if finding.pending["rebuilt"]:
        other = judge(replace(finding, pending=finding.pending["rebuilt"]), project)
        if isinstance(other, Finding) and other.confidence is not Confidence.LOW:
            return Silence("", finding.path, finding.span, _TOLD)
    made = project.names.function(finding.path, finding.pending["start"])
    callers = project.calls.callers(made) if made else []
    if callers and all(_is_for_tests(c.by, project) for c in callers):
        return Silence("", finding.path, finding.span, "only tests call this")
    heat = project.heats.of(made) if made else None
    if heat is not None and heat.hot is False and heat.kind != "fresh":
        return Silence("", finding.path, finding.span, f"it lives as long as the process: {heat.reason}")
    return finding
