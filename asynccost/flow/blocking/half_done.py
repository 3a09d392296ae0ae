"""Whether a call that blocks is but the first half: what it gives blocks again when it is read or asked."""

from asynccost.flow.file import Site
from asynccost.flow.tree import Argument, Assign, Call, Constant, Expr, Loop, Member, Name
from asynccost.flow.turn import gone_through
from asynccost.flow.words import chain, words

_STREAMS = frozenset({"stream", "streaming", "iterator", "gen", "generator"})
_READS = frozenset({"list", "tuple", "sorted", "set", "enumerate", "next", "iter"})
_LISTS = frozenset({"list", "iter", "iterate", "scan", "paginate", "walk"})  # what many SDKs fetch page by page
_OBJECTS = ("github.", "gitlab.", "jira.", "boto3.resource", "docker.", "praw.", "google.cloud.bigquery.")


def half_done(site: Site, name: str) -> str:
    """A question where what a call gives blocks as well, when it is read or asked: a stream, an object of a service."""
    call, up = site.call, site.call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 else None
    given = target.id if isinstance(target, Name) else ""
    says = any(a.keyword == "stream" and not is_nothing(a.value) for a in call.arguments)
    if says or not _STREAMS.isdisjoint((*words(name), *words(given))):
        return "what it gives blocks the event loop as it is read: would the asynchronous client do?"
    reader = up.parent if isinstance(up, Argument) else up
    read = isinstance(reader, Call) and chain(reader.callee)[-1] in _READS
    lists = not _LISTS.isdisjoint(words(name)[:1]) and _gone_through(site, given)
    if read or lists or (isinstance(reader, Loop) and reader.iter is call):
        return f"does {name}() do its work as what it gives is read? Then that belongs into the thread too"
    if "client" in words(name)[1:] and words(name)[0] in ("get", "create", "make"):
        return f"does {name}() ask anybody, or only make the client?"
    if (site.name or "").startswith(_OBJECTS) and given:
        calls = site.function.index.calls if site.function.index else []
        if any(isinstance(c.callee, Member) and chain(c.callee)[0] == given for c in calls):
            return f"{given} asks the service again when its methods are called: are they to go into the thread too?"
    return ""


def _gone_through(site: Site, given: str) -> bool:
    """Whether a loop goes through what a name holds."""
    loops = site.function.index.loops if site.function.index else []
    through = [gone_through(loop) for loop in loops]
    return bool(given) and any(isinstance(one, Name) and one.id == given for one in through)


def is_nothing(value: Expr) -> bool:
    """`None` and `False`, of which an argument says that something is not wanted."""
    return isinstance(value, Constant) and (value.value is None or value.value is False)
