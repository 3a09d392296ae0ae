"""The bound that a request should have, as its own code tells: a file's other requests, a constant, a parameter.

What only somebody who knows the service can say of it: a request that stands for many, a query, a named task.
"""

import re
from collections import Counter
from dataclasses import dataclass

from asynccost.flow.file import File, Site
from asynccost.flow.tree import Constant, Expr, Function, Member, Name
from asynccost.flow.waits.seconds import LONG, LOOK_UP, READS, USUAL, bound_to, plain
from asynccost.flow.walk import walk
from asynccost.flow.words import words

MOST = 1000  # a larger number is no number of seconds
_GENERAL = frozenset({  # words of a method for whatever its callers send
    "post", "get", "put", "patch", "delete", "head", "request", "requests", "req", "send", "call", "make", "do", "api",
    "http", "json", "fetch", "query", "execute", "invoke", "raw", "data", "async", "sync", "perform", "with", "retry",
    "session", "rest",
})
_WHERE = frozenset({"path", "endpoint", "route", "url", "uri", "href", "resource", "action", "method", "suffix"})
_SPEAKS = re.compile(r"(?<![A-Za-z])_?timeouts?(?![A-Za-z])|[a-z_]Timeouts?(?:Ms|Seconds|Secs)?\b|\btimeout[A-Z_]\w*")
_GIVEN = re.compile(  # to a call, or as the default of a parameter that hands it on
    r"""\btimeout["']?\s*[=:]\s*(?:None\b|\(?[\d._]+(?:\s*,\s*[\d._]+\))?)|\btimeout\s*=\s*timeout\b"""
    r"""|\btimeout\s*:[\w\s\[\].,|]+=\s*None\b"""
)
_OF_OBJECT = re.compile(r"\b(?:self|this)\.\w*(?:timeout|max_time|time_limit|Timeout|maxTime|timeLimit)\w*")
_NO_BOUND = re.compile(r"\b(?:set|clear)Timeout\b|except[^\n]*|\bECONN\w+|\w*(?:Error|Exception)\b|#.*|//.*")


@dataclass(slots=True, frozen=True)
class Bound:
    """A bound as it is written in the code, and who else has it: "the constant X", "other requests of the file"."""

    text: str
    source: str


def general(site: Site) -> bool:
    """Whether a request is one for all: a method `_request(path)` whose callers say where to.

    How long an answer may take differs from call to call there.
    """
    function = site.function
    own = set(words(function.name.lstrip("_")))
    params = {p.name for p in function.params}
    named = {n.id for a in site.call.arguments for n in walk(a.value) if isinstance(n, Name)} | _behind(site)
    where = (n for n in named & params if n.startswith("url") or _WHERE & set(words(n)))
    return bool(own) and own <= _GENERAL and any(where)


_RUN = re.compile(  # what a request is to run: its name, or that of a function that a caller has given
    r"\b(?:func|function|fn|method|callback|handler)\w*\.__(?:qual)?name__|\bget_function_name\(\)"
    r"|\b(?:func|function|fn|method|procedure|activity|action|tool|task|command|workflow|skill)_?[nN]ame\b"
)


def runs_what_is_named(site: Site, file: File) -> bool:
    """Whether a request has the other side run what a name in its text stands for: nobody can tell how long that is."""
    names = [a.value for a in site.call.arguments if isinstance(a.value, Name)]
    given = " ".join(file.text(v) for name in names for v in bound_to(name.id, site))
    return _RUN.search(f"{file.text(site.call)} {given}") is not None


_QUERIES = re.compile(
    r"(?<![a-z])(?:sparql|cypher|n1ql|promql|influxql|logql"
    r"|(?:run|execute|exec)(?: \w+)? (?:query|queries|statement|sql)"
    r"|query runners?|querier|sql (?:query|statement)|v1 statement)(?![a-z])"
    r"|(?<![a-z])(?:body|data)[\"']?\W{1,3}(?:sql|query|statement)(?![a-z])"
)
_KNOWN = re.compile(r"""["']https://[\w.-]+""")


def runs_queries(site: Site, file: File) -> bool:
    """Whether a request hands a query to a database or a search engine whose address somebody sets."""
    call = file.text(site.call)
    around = f"{'/'.join(file.path.split('/')[-2:])} {site.function.qualname} {call}"
    said = plain(re.sub(r"[./]", " ", around))
    queries = site.function.name in ("query", "execute") or _QUERIES.search(said) is not None
    return queries and not (_KNOWN.search(call) or LOOK_UP.search(said))


def _behind(site: Site) -> set[str]:
    """The names of which a local is made that a request is given: `url = base + path`."""
    given = {n.id for a in site.call.arguments for n in walk(a.value) if isinstance(n, Name)}
    values = [v for name in given for v in bound_to(name, site)]
    return {n.id for n in walk(*values) if isinstance(n, Name)}


_FAR = 20_000  # bytes of a function around others: what more of them say is of other requests


def asked(site: Site, file: File) -> str:
    """What around a request speaks of a timeout that the request is not given; "" where nothing does."""
    function = site.function
    while (up := function.scope) is not None and up.kind != "module" and up.end - up.start < _FAR:
        function = up
    text = file.text(function) if function.kind != "module" else file.text(site.call)
    found = _SPEAKS.search(_NO_BOUND.sub("", _GIVEN.sub("", text)))
    if found is None and site.function.owner is not None:
        found = _OF_OBJECT.search(file.text(site.function.owner))
    return found[0].strip() if found else ""


def parameter(site: Site) -> Bound | None:
    """A parameter that is a number of seconds by default, and that nothing else of the function uses."""
    function = site.function
    uses = Counter(n.id for n in function.index.names) if function.index else Counter()
    for param in function.params:
        value = param.default.value if isinstance(param.default, Constant) else None
        if param.name.lower() != "timeout" or uses[param.name] or isinstance(value, bool):
            continue
        if isinstance(value, (int, float)) and 0 < value <= MOST:
            return Bound(param.name, f"the parameter {param.name}")
    return None


def beside(site: Site, file: File, least: int, most: int = MOST) -> Bound | None:
    """The bound of the other requests of a file by the same library: a constant, an attribute, or a number.

    The one that most of them have; that of the object, only where it is the object of the request as well. least, most:
    the seconds that a number should have.
    """
    library = (site.name or "").partition(".")[0].partition(":")[0]
    found: Counter[tuple[str, str]] = Counter()
    for other in file.calls:
        if (other.name or "").partition(".")[0].partition(":")[0] != library or other.call is site.call:
            continue
        given = next((a.value for a in other.call.arguments if a.keyword == "timeout"), None)
        text = file.text(given) if given is not None else ""
        if isinstance(given, Name) and _is_constant(given.id, file):
            found[given.id, f"the constant {given.id}"] += 2  # somebody has thought about it
        elif isinstance(given, Constant) and isinstance(given.value, (int, float)) and least <= given.value <= most:
            if given.value in (USUAL, LONG) or _reads(other) is not _reads(site):
                continue  # what a fix has guessed for another one says nothing, and a look-up nothing of what is sent
            found[text, "other requests of the file"] += 1
        elif _is_own(given) and _same_object(other.function, site.function):
            found[text, "other requests of the object"] += 2
    return Bound(*found.most_common(1)[0][0]) if found else None


def _reads(site: Site) -> bool:
    return READS.search(site.name or "") is not None


def _is_constant(name: str, file: File) -> bool:
    return name in file.module.top.bindings and name.isupper()


def _is_own(given: Expr | None) -> bool:
    return isinstance(given, Member) and isinstance(given.value, Name) and given.value.id == "self"


def _same_object(one: Function, other: Function) -> bool:
    return one.owner is not None and one.owner is other.owner
