"""How often a function runs: by how it is entered, who calls it, and who calls them."""

import re
from dataclasses import dataclass

from asynccost.flow.facts.entries import HOT, ONCE
from asynccost.flow.file import is_test
from asynccost.flow.linked.calls import Caller, Calls
from asynccost.flow.linked.linking import Def, Names
from asynccost.model import Related

_HOPS = 8
_AT_START = frozenset({
    "init", "initialize", "initialise", "initialization", "setup", "bootstrap", "install", "migrate", "migration",
    "startup", "shutdown", "teardown", "cleanup", "configure", "seed", "warmup", "onboard", "wizard", "upgrade",
    "registration", "backfill",
})  # fmt: skip


# what a program does before it serves, or when it serves no more; a `main()` goes on as long as the program
_AROUND = re.compile(r"(?i)life_?span|start_?up|shut_?down|on_event|serving|server_st(?:art|op)|on_cleanup")


@dataclass(slots=True, frozen=True)
class Heat:
    """How often a function runs. hot True: many times per process life; False: once; None: seldom, or not known.

    kind: "loop", the kind of entry (see rules/knowledge/entries.toml), "fresh" (each call has an event loop of its
    own), or "unknown". reason is a clause: "crawl() calls fetch() in a loop". chain: the callers, nearest first.
    """

    hot: bool | None
    kind: str
    reason: str
    chain: tuple[Related, ...] = ()


class Heats:
    """How often each function of a project runs, asked one by one."""

    def __init__(self, names: Names, calls: Calls) -> None:
        self._names, self._calls = names, calls
        self._heat: dict[tuple[str, int], Heat] = {}
        self._once: dict[tuple[str, int], str] = {}

    def entry(self, made: Def) -> tuple[str, str] | None:
        """How a function is entered, by its own file or by one that registers it."""
        entry = made.facts["entry"]
        return (entry[0], entry[1]) if entry is not None else self._calls.handed_over(made)

    def of(self, target: Def) -> Heat:
        """How often a function runs, by how it is entered and who calls it."""
        if target.place not in self._heat:
            self._heat[target.place] = self._climb(target)
        return self._heat[target.place]

    def once(self, target: Def) -> str:
        """What runs before or after all service and alone comes to a function, in whatever loops; else ""."""
        if target.place not in self._once:
            self._once[target.place] = ""  # a cycle comes from nowhere
            self._once[target.place] = self._only(target)
        return self._once[target.place]

    def _only(self, target: Def) -> str:
        if (entry := self.entry(target)) is not None:
            around = entry[0] == "once" and _AROUND.search(f"{_title(target)} {entry[1]}")
            return _title(target) if around else ""
        callers = [c for c in self._calls.callers(target) if not is_test(c.by.file["path"])]
        if not callers or self._calls.mentioned(target):
            return ""
        waited = all(c.call["awaited"] or not target.facts["is_async"] for c in callers)  # a task of its own goes on
        told = [self.once(c.by) for c in callers] if waited else [""]
        return told[0] if all(told) else ""

    def _climb(self, target: Def) -> Heat:
        """Go from callers to their callers, nearest first, until one is known to run often."""
        level: list[tuple[Def, tuple[Related, ...]]] = [(target, ())]
        seen, cold, unknown = {target.place}, list[Heat](), False
        for _ in range(_HOPS):
            hot: list[Heat] = []
            further: list[tuple[Def, tuple[Related, ...]]] = []
            for made, chain in level:
                if (entry := self.entry(made)) is not None:
                    if entry[0] in ("test", "script") and chain:
                        continue  # what only tests call is a library's: nobody knows, and the others count
                    (hot if entry[0] in HOT else cold).append(Heat(_hot(entry[0]), *entry, chain))
                    continue
                named = self._names.named_in(*made.key)
                nameless = named is None or named.place != made.place
                callers = [] if nameless else self._calls.callers(made) or self._base_calls(made)
                outer = self._around(made) if not callers and made.facts["kind"] in ("lambda", "arrow") else None
                if outer is not None and outer.place not in seen:
                    seen.add(outer.place)
                    further.append((outer, chain))
                mentioned = [] if nameless else self._calls.mentioned(made)
                unknown |= (not callers and outer is None) or bool(mentioned)
                for by in mentioned:  # `for search in (with_a, with_b): await search(query)`
                    if by.place not in seen and by.facts["kind"] != "module" and not _gives_back(by, made):
                        seen.add(by.place)
                        further.append((by, chain))
                for caller in callers:
                    heat, place = self._through(caller, made, chain)
                    if heat is not None:
                        (hot if heat.hot else cold).append(heat)
                    elif caller.by.place not in seen:
                        seen.add(caller.by.place)
                        further.append((caller.by, (*chain, place)))
            if hot:
                return min(hot, key=lambda h: (h.kind != "loop", len(h.chain), h.reason))
            level = further
            if not level:
                break
        else:
            unknown = True
        if seldom := [h for h in cold if h.hot is None]:
            return min(seldom, key=lambda h: (len(h.chain), h.reason))
        if cold and not unknown:
            return min(cold, key=lambda h: (h.kind != "fresh", len(h.chain), h.reason))
        return Heat(None, "unknown", f"nothing shows how often {_title(target)} runs")

    def _through(self, caller: Caller, made: Def, chain: tuple[Related, ...]) -> tuple[Heat | None, Related]:
        """What one call says of how often its callee runs; None where its function must tell."""
        name, by = _title(made), _title(caller.by)
        place = caller.related(f"{by} calls {name}")
        if caller.call["cold"] == "fresh":
            return Heat(False, "fresh", f"{by} runs {name} in an event loop of its own", (*chain, place)), place
        if caller.call["cold"] == "lazy":
            return Heat(False, "cached", f"{by} calls {name} only until it has the result", (*chain, place)), place
        if caller.call["cold"] == "due":
            return Heat(None, "rare", f"{by} calls {name} only when it is due", (*chain, place)), place
        entry = self.entry(caller.by)
        if caller.call["loop"] and caller.by.facts["seldom"] in _AT_START:
            return Heat(None, "rare", f"{by} calls {name} in a loop, but seldom runs", (*chain, place)), place
        if caller.by.facts["seldom"] in _AT_START and entry is None:
            return Heat(None, "rare", f"{by} calls {name}, but seldom runs", (*chain, place)), place
        if caller.call["loop"] and caller.by.facts["kind"] == "module":
            return Heat(None, "rare", f"{by} calls {name} in a loop, once", (*chain, place)), place
        if caller.call["loop"] and (entry is None or entry[0] not in ("test", "script")):
            place = caller.related(f"{by} calls {name} in a loop")
            return Heat(True, "loop", f"{by} calls {name} in a loop", (*chain, place)), place
        return None, place

    def _base_calls(self, made: Def) -> list[Caller]:
        """The calls of the method that a method stands in for: `self.speak(text)` of a base class calls that of all."""
        name = made.facts["qualname"].rpartition(".")[2]
        for base in made.file["classes"].get(made.facts["owner"], ()) if made.facts["owner"] else ():
            found = self._names.find(f"{base.removesuffix('()')}.{name}", made.file["path"])
            if found is not None and found.key != made.key:
                return self._calls.callers(found)
        return []

    def _around(self, target: Def) -> Def | None:
        """The function that a nested function stands in."""
        outer = target.facts["outer"]
        return self._names.function(target.file["path"], outer) if outer >= 0 else None


def _gives_back(by: Def, made: Def) -> bool:
    """Whether a function is mentioned only to be returned: its caller's caller then runs it."""
    return any(name.endswith(made.facts["qualname"]) for name in by.facts["returns"])


def _hot(kind: str) -> bool | None:
    return True if kind in HOT else False if kind in ONCE else None


def _title(made: Def) -> str:
    name = made.facts["qualname"]
    return f"{name}()" if name and made.facts["kind"] != "module" else f"{made.file['path']} itself"
