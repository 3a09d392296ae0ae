"""Which calls in coroutines reach a blocking call through plain functions, over all files."""

from dataclasses import dataclass

from asynccost.flow.calls import Caller
from asynccost.flow.linking import Def
from asynccost.flow.project import Project
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

