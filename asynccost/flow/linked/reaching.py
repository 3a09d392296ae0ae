"""What calling a function waits for, through the functions that it calls, across files."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.waits.await_kinds import GOOD
from asynccost.flow.words import verb

_DEPTH = 7
_WIDTH = 150


@dataclass(slots=True)
class Reached:
    """What calling a function waits for.

    kinds: kind -> how it gets there: "save() -> session.commit()"; "abstract": a method of a base class. targets: the
    tables that it names. unsure: all ways that lead to what nothing is known of. reads, writes: attributes of objects
    that outlive the call. changes: a request that by its name may change something on another machine; "" where all
    that it sends are questions.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    targets: set[str] = field(default_factory=set)
    unsure: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    changes: str = ""


class Waiting:
    """Follows what functions wait for over a project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[tuple[str, str], Reached] = {}

    def of(self, ref: str, near: str, sync: bool = False) -> Reached | None:
        """What a resolved name of the file `near` waits for; None where it is no function of the project."""
        found = self.project.names.find(ref, near)
        return self.of_function(found, sync) if found is not None else None

    def of_function(self, made: Def, sync: bool = False) -> Reached:
        """What calling a function of the project waits for."""
        if made.key not in self._known:
            self._known[made.key] = self._reach(made, sync)
        return self._known[made.key]

    def _reach(self, start: Def, sync: bool) -> Reached:
        """Breadth first over the refs, so that the shortest way is told and cycles change nothing."""
        reached = Reached()
        ways = deque([_Way(start, f"{_name(start)}()", False, sync, 0)])
        seen = {start.key}
        while ways and len(seen) < _WIDTH:
            way = ways.popleft()
            for step in self._steps(way, reached):
                if step.made.key not in seen:
                    seen.add(step.made.key)
                    ways.append(step)
                    if _is_abstract(step.made):
                        reached.kinds.setdefault("abstract", f"{step.made.facts['owner']}.{_name(step.made)}()")
        if ways:
            reached.kinds.setdefault("unknown", ways[0].text)
        return reached

    def _steps(self, way: "_Way", reached: Reached) -> Iterator["_Way"]:
        """Take in one function's rows; the functions that they lead to."""
        for kind, label, ref, otherwise, target, own in way.made.facts["waits"]:
            text = f"{way.text} -> {label}()"
            if kind == "picks":
                continue
            if kind in ("reads", "writes"):
                if not way.own:
                    (reached.reads if kind == "reads" else reached.writes).add(label)
                continue
            reached.targets.update({target} - {""})
            found = self.project.names.find(ref, way.made.file["path"]) if ref else None
            if not ref or found is None:
                met = otherwise if ref else kind
                reached.kinds.setdefault(met, text)
                reached.unsure += [text] if met == "unknown" else []
                if met in GOOD and verb(label.rpartition(".")[2], self.project.knowledge) != "read":
                    reached.changes = reached.changes or text
            elif way.depth >= _DEPTH:
                reached.kinds.setdefault("unknown", text)
            elif kind != "thread":
                yield _Way(found, f"{way.text} -> {_name(found)}()", way.own or bool(own), way.sync, way.depth + 1)
            else:
                reached.kinds.setdefault("thread", text)
                yield _Way(found, text, way.own or bool(own), True, way.depth + 1)
        if way.sync and not way.made.facts["is_async"] and way.depth < _DEPTH:
            yield from self._called(way)

    def _called(self, way: "_Way") -> Iterator["_Way"]:
        """Blocking functions: through plain calls as well."""
        for call in way.made.facts["calls"]:
            found = self.project.names.find(call["name"], way.made.file["path"])
            if found is not None and not found.facts["is_async"]:
                yield _Way(found, f"{way.text} -> {_name(found)}()", way.own, True, way.depth + 1)


def _is_abstract(made: Def) -> bool:
    """Whether a method only promises what others do: it waits for nothing, and calls nothing."""
    facts = made.facts
    return facts["is_async"] and bool(facts["owner"]) and not (facts["waits"] or facts["calls"] or facts["returns"])


@dataclass(slots=True, frozen=True)
class _Way:
    """A function on the way, and how it was come to."""

    made: Def
    text: str
    own: bool
    sync: bool
    depth: int


def _name(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]
