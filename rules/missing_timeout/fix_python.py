"""missing-timeout in Python: the library's own argument, with half a minute, or five where an answer may take long."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above, statement_of, use_of
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.tree import Call, Constant, Function, If, Loop, Member, Name, Node, Param, Try, WithItem
from asynccost.flow.waits.late import heard_by, library_of
from asynccost.flow.waits.own_bounds import (
    MOST,
    Bound,
    asked,
    beside,
    general,
    parameter,
    runs_queries,
    runs_what_is_named,
)
from asynccost.flow.waits.seconds import LONG, USUAL, address, reads_lines, seconds_for
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.arguments import add_keyword, takes_keyword
from asynccost.python.codemod.patch import Patch

_QUICK = 10  # seconds; a shorter bound was chosen for one request, not for others
_SILENCE = 300  # aiohttp's own default for a whole answer
_BOTH = f"sock_connect={USUAL}, sock_read={_SILENCE}"
_REASON = "the number is a guess: an answer that takes longer used to arrive, and now raises"
_AS = "it is that of {}: an answer that takes longer used to arrive, and now raises"
_SILENT = f"an answer may take as long as before, but not a silence of {_SILENCE} s"
_NOT_TAKEN = ("feedparser.parse",)  # it has no such argument


def fix(finding: Finding, file: File) -> Offer | None:
    """Bound the wait where nothing does, or where the bound is None."""
    site = site_at(file, finding.span)
    if site is None or site.name in _NOT_TAKEN or not takes_keyword(site.call):
        return None
    if site.name == "aiohttp.ClientTimeout":
        given = {a.keyword for a in site.call.arguments}
        bounds = f"sock_read={_SILENCE}" if given & {"sock_connect", "connect"} else _BOTH
        return Offer(Safety.UNSAFE, _SILENT, lambda: _added(file, site, bounds))
    none = _none(site)
    if none is None and any(a.keyword == "timeout" for a in site.call.arguments):
        return None
    seconds = seconds_for(site, file)
    least, most = (_QUICK, LONG - 1) if seconds == USUAL else (seconds, MOST if seconds > USUAL else USUAL)
    bound = parameter(site) or beside(site, file, least, most)
    text, reason = (bound.text, _AS.format(bound.source)) if bound else (str(seconds), _REASON)
    safety = Safety.UNSAFE
    if question := _question(site, file, bound) or (_open_end(site, file) if none is not None else ""):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {question}"
    if none is not None:
        if bound is not None and not bound.text[:1].isdigit():
            text = str(seconds)  # a default is read where the function is defined
        return Offer(safety, reason, lambda: _replaced(file, none, text))
    if passed := _passed_on(site, file):
        return Offer(safety, reason, lambda: _set_default(file, site, passed, text))
    if any(a.star == 2 for a in site.call.arguments) or (site.name or "").endswith("run_in_executor"):
        return None
    return Offer(safety, reason, lambda: _added(file, site, f"timeout={text}"))


def _question(site: Site, file: File, bound: Bound | None) -> str:
    """What only somebody who knows the service can say of the bound; "" where nothing is asked."""
    if any(_asks_for_timeout(up, site) for up in above(site.call)):
        return "is it waited without a bound on purpose where none is given?"
    if general(site):
        return f"which of the requests that {site.function.name}() makes for others may take longer?"
    if chain(site.call.callee)[-1] == "partial" and sum(not a.keyword for a in site.call.arguments) == 1:
        return "which of the requests that go by it may take longer?"
    if bound is None and (word := asked(site, file)):
        return f"should {word}, of which {site.function.name or 'the code'}() or its object speaks, bound it?"
    if bound is None and runs_what_is_named(site, file):
        return "how long may what it runs take?"
    if bound is None and runs_queries(site, file):
        return "how long may a query take?"
    if _is_sent_again(site, file):
        return "it is tried again after a timeout: may it arrive twice?"
    return _held_open(site, file) or heard_by(site.call, library_of(site.name), file)[0]


_SENT = frozenset({"post", "patch"})  # what makes something anew each time it arrives
_TRIES_AGAIN = frozenset({"retry", "retrying", "retries", "backoff"})


def _is_sent_again(site: Site, file: File) -> bool:
    """Whether what fails is repeated, and with it what it sends: `@retry`, a loop of tries, what catches calls anew."""
    if not _sends(site):
        return False
    said = (word for d in site.function.decorators for name in chain(d) for word in words(name))
    caught = [h for up in above(site.call) if isinstance(up, Try) for h in up.handlers]
    calls = (n for handler in caught for n in walk(handler) if isinstance(n, Call))
    anew = any(chain(call.callee)[-1] == site.function.name for call in calls)
    loops = [file.text(Node(u.start, u.header_end)) for u in above(site.call) if isinstance(u, Loop)] if caught else []
    tries = any(_TRIES.search(loop) for loop in loops)
    return anew or tries or not _TRIES_AGAIN.isdisjoint(said)


_TRIES = re.compile(r"(?i)retry|retries|attempt|\btries\b|_tries\b")


def _sends(site: Site) -> bool:
    """Whether a request makes something anew: `post(url)`, `request("POST", url)`."""
    if chain(site.call.callee)[-1] in _SENT:
        return True
    first = site.call.arguments[0] if site.call.arguments else None
    given = next((a for a in site.call.arguments if a.keyword == "method"), first)
    value = given.value if given is not None and given.keyword in (None, "method") else None
    return isinstance(value, Constant) and isinstance(value.value, str) and value.value.lower() in _SENT


_GOES_ON = re.compile(r"(?i)(?:stream|events?|sse|subscri|watch|follow|tail|listen|poll|long)(?![a-z])")


_FOLLOWS = re.compile(r"(?i)(?:events?|sse|subscri\w*|watch|follow|tail|listen)(?![a-z])")
_CLIENTS = frozenset({"Client", "AsyncClient", "ClientSession", "Timeout"})


def _open_end(site: Site, file: File) -> str:
    """A question where somebody has written None, and what is asked for may go on for ever."""
    if chain(site.call.callee)[-1] in _CLIENTS and not isinstance(site.call.parent, WithItem):
        return "it is for every request that goes by this client: is it open-ended on purpose, for the slowest?"
    around = f"{file.text(site.call)} {site.function.name}"
    return "is it open-ended on purpose, for what goes on until somebody ends it?" if _GOES_ON.search(around) else ""


def _held_open(site: Site, file: File) -> str:
    """A question where the bound is one for each silence of what may be silent for long: lines, a socket."""
    if reads_lines(site, file) and _FOLLOWS.search(f"{address(site, file)} {site.function.name}"):
        return "it is for each wait for a line as well: how long may what it follows be silent?"
    if site.name == "socket.create_connection" and use_of(site.call).kind not in ("with", "argument"):
        return "it is for each read of the socket as well: how long may the other side be silent?"
    return ""


def _asks_for_timeout(up: Node, site: Site) -> bool:
    """`if self.timeout is None:` around a request: there is a bound, and this is where none is given."""
    if not isinstance(up, If) or up.test.start <= site.call.start < up.test.end:
        return False
    named = [n.id if isinstance(n, Name) else n.attr for n in walk(up.test) if isinstance(n, (Name, Member))]
    return any("timeout" in words(name) for name in named)


def _none(site: Site) -> Node | None:
    """The None that switches the timeout off: in the call, or as the default of the parameter that it hands on."""
    given = next((a for a in site.call.arguments if a.keyword == "timeout"), None)
    if given is None and site.name == "httpx.Timeout" and len(site.call.arguments) == 1:
        given = site.call.arguments[0]
    value = given.value if given is not None else None
    if isinstance(value, Constant) and value.value is None:
        return value
    name = value.id if isinstance(value, Name) else ""
    param = next((p for p in site.function.params if p.name == name and not p.star), None)
    return param.default if param is not None and _defaults_to_none(param) else None


def _defaults_to_none(param: Param) -> bool:
    return isinstance(param.default, Constant) and param.default.value is None


def _passed_on(site: Site, file: File) -> str:
    """`**kwargs` of the function, handed on."""
    stars = [a for a in site.call.arguments if a.star == 2]
    one = stars[0].value if len(stars) == 1 else None
    if not isinstance(one, Name) or not _is_rest(one.id, site.function):
        return ""
    statement = statement_of(site.call)
    return one.id if Patch(file).layout.begins_line(statement.start) else ""


def _is_rest(name: str, function: Function) -> bool:
    return any(p.name == name and p.star == 2 for p in function.params)


def _replaced(file: File, none: Node, text: str) -> Iterator[Edit]:
    patch = Patch(file)
    patch.replace(none.start, none.end, text)
    return patch.edits()


def _set_default(file: File, site: Site, name: str, text: str) -> Iterator[Edit]:
    patch = Patch(file)
    statement = statement_of(site.call)
    at = patch.layout.with_comments(statement.start)
    patch.insert_lines(at, patch.layout.indent(statement.start), f'{name}.setdefault("timeout", {text})')
    return patch.edits()


def _added(file: File, site: Site, text: str) -> Iterator[Edit]:
    patch = Patch(file)
    add_keyword(patch, site.call, text)
    return patch.edits()
