"""Which calls in coroutines reach a blocking call through plain functions, over all files.

The calls of a file that stop the event loop, and its plain functions that do so for whoever calls them.
"""

from bisect import bisect_left
from dataclasses import dataclass

from asynccost.flow.around import above
from asynccost.flow.blocking.calls import Blocking, Kind, blocking, comes_async
from asynccost.flow.blocking.harmless import asks_nobody, harmless, probed, told_to_end
from asynccost.flow.blocking.onward import Onward
from asynccost.flow.conditions import Known, truth
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.shut_out import given_by
from asynccost.flow.mentions import speaks_of
from asynccost.flow.reach import local_function
from asynccost.flow.remembering import answers_from_cache
from asynccost.flow.sessions.addresses import is_data
from asynccost.flow.tree import Await, Call, If, Name
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.model import Related

_HOPS = 4
RULE = "blocking-call"
Way = tuple[tuple[Def, ...], tuple[Related, ...], bool]


@dataclass(slots=True, frozen=True)
class Reach:
    """A call in a coroutine, the functions that it goes through, and the blocking function at their end."""

    caller: Caller
    path: tuple[Def, ...]  # what the coroutine calls first ... what blocks
    links: tuple[Related, ...]  # the calls between them, first to last
    lazy: bool = False  # one of these calls is made only until it has its result


def reaches(project: Project) -> dict[tuple[str, str], list[Reach]]:
    """For each blocking function the calls in coroutines that it answers for; each such call once."""
    found: dict[tuple[str, str], list[Reach]] = {}
    claimed: set[tuple[str, int]] = set()
    rows = project.rows(RULE)
    seeds = sorted((path, qualname) for path, said in rows.items() for qualname in said)
    onward = Onward(project)
    for seed in seeds:
        onward.add(seed, rows[seed[0]][seed[1]])
    level: list[Way] = [((made,), (), False) for key in seeds if (made := project.names.named_in(*key)) is not None]
    passed = set(seeds)
    for _ in range(_HOPS):
        after: list[Way] = []
        for path, links, kept in level:
            for caller in sorted(project.calls.callers(path[0]), key=_place):
                by = caller.by
                once = kept or caller.call["cold"] == "lazy"
                lazy = by.facts["is_generator"] and not by.facts["is_async"]
                if lazy or caller.call["awaited"] or _entry(by) == "test":
                    continue
                if not onward.runs(caller, path[0]):
                    continue  # `Connection(lazy=True)`, whose constructor then ends before it blocks
                onward.add(by.key, [caller.call["start"]], path[0])
                if by.facts["is_async"]:
                    place = (by.file["path"], caller.call["start"])
                    if place not in claimed:
                        claimed.add(place)
                        found.setdefault(path[-1].key, []).append(Reach(caller, path, links, once))
                elif by.key not in passed and by.facts["kind"] not in ("module", "lambda"):
                    passed.add(by.key)
                    link = caller.related(f"{title(by)} calls {title(path[0])}")
                    after.append(((by, *path), (link, *links), once))
        level = after
    return found


def _place(caller: Caller) -> tuple[str, int]:
    return caller.by.file["path"], caller.call["start"]


def _entry(made: Def) -> str:
    return made.facts["entry"][0] if made.facts["entry"] else ""


def title(made: Def) -> str:
    """`Class.method()`, or the class where it is a constructor."""
    name = made.facts["qualname"].replace("<locals>.", "")
    return f"{name.removesuffix('.__init__')}()"


def depends_on_what_is_given(reach: Reach, project: Project) -> bool:
    """Whether a function on the way calls the next under a condition on its parameters: `if "//" in p: fetch(p)`.

    What the coroutine hands in may never come to the call that blocks, unless that is known.
    """
    read = given_by(project, reach.caller, reach.path[0]) if reach.links else None
    known: Known = read[2] if read is not None else {}
    for link in reach.links:
        asked = project.names.asked.get(link.path)
        site = site_at(asked.file, link.span) if asked is not None else None
        if asked is not None and site is not None and _is_open(site, asked.source, known):
            return True
        known = {}
    return False


def _is_open(site: Site, source: bytes, known: Known) -> bool:
    """Whether a call stands under a condition on the parameters of its function, of which nobody knows what it is."""
    params = {p.name for p in site.function.params} - {"self", "cls"}
    tests = (up.test for up in above(site.call) if isinstance(up, If))
    asked = (test for test in tests if any(isinstance(n, Name) and n.id in params for n in walk(test)))
    return any(truth(test, site.function, source, known) is None for test in asked)


_ENDS = frozenset({"restart", "reboot"})  # what does so ends the process
RANK = {"high": 2, "medium": 1, "low": 0}


def blocking_sites(file: File) -> list[tuple[Site, Kind]]:
    """The blocking calls of a file in source order: those of the table, and those that only ruff knows."""
    table, found = blocking(file), list[tuple[Site, Kind]]()
    said = _ruff(file, table)
    speaks, starts = speaks_of(file, table.names), sorted(start for start, _ in said)
    for site in file.calls_if(lambda f: speaks(f) or bisect_left(starts, f.start) < bisect_left(starts, f.end)):
        call = site.call
        callee = call.callee
        kind = table.kind(site.name) or said.get((call.start, call.end)) or said.get((callee.start, callee.end))
        if kind is None or (kind.name == "http" and is_data(site)):
            continue
        if not isinstance(call.parent, Await) and not comes_async(call, site.function):
            found.append((site, asks_nobody(file, site, told_to_end(file, site, probed(call, kind)))))
    return found


def _ruff(file: File, table: Blocking) -> dict[tuple[int, int], Kind]:
    """What ruff found, by the bytes of the call or its callee."""
    found = {}
    for row in file.rows.get(RULE, ()):
        start = file.lines.offset(row["line"], row["column"])
        end = file.lines.offset(row["end_line"], row["end_column"])
        found[start, end] = table.kinds[table.codes[row["code"]]]
    return found


def blocking_functions(file: File) -> list[tuple[Site, Kind]]:
    """The plain functions that block: the call that blocks longest, by function."""
    worst: dict[int, tuple[Site, Kind]] = {}
    for site, kind in file.memo(blocking_sites):
        function = site.function
        if function.is_async or function.is_generator or function.kind in ("module", "lambda"):
            continue
        if RANK[kind.confidence] == 0 or kind.name == "input" or harmless(file, site, kind):
            continue
        if _has_async_way(file, site):
            continue
        if answers_from_cache(file, function, site.call) or not _ENDS.isdisjoint(words(function.name)[:1]):
            continue
        known = worst.get(id(function))
        if known is None or RANK[known[1].confidence] < RANK[kind.confidence]:
            worst[id(function)] = (site, kind)
    return [*worst.values()]


def _has_async_way(file: File, site: Site) -> bool:
    """Whether a plain function hands those who wait a coroutine before it blocks: `if self.is_async: return ask()`."""
    given = (r.value for r in (site.function.index.returns if site.function.index else ()) if r.end < site.call.start)
    made = (local_function(v.callee, site.function, file) for v in given if isinstance(v, Call))
    return any(inner is not None and inner.is_async for inner in made)
