"""The calls of a file that stop the event loop, and its plain functions that do so for whoever calls them."""

from bisect import bisect_left

from asynccost.flow.addresses import is_data
from asynccost.flow.blocking import Blocking, Kind, blocking, comes_async
from asynccost.flow.chains import RULE
from asynccost.flow.file import File, Site
from asynccost.flow.harmless import harmless, probed, told_to_end
from asynccost.flow.mentions import speaks_of
from asynccost.flow.sharing import answers_from_cache
from asynccost.flow.tree import Await
from asynccost.flow.words import words

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
            found.append((site, told_to_end(file, site, probed(call, kind))))
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
        if answers_from_cache(file, function, site.call) or not _ENDS.isdisjoint(words(function.name)[:1]):
            continue
        known = worst.get(id(function))
        if known is None or RANK[known[1].confidence] < RANK[kind.confidence]:
            worst[id(function)] = (site, kind)
    return [*worst.values()]
