"""Whether what an async function lets fail are functions of other files that see to their errors themselves."""

from collections.abc import Sequence

from asynccost.flow.linked.project import Project
from asynccost.flow.words import words


def all_quiet(project: Project, fails: Sequence[str], near: str) -> bool:
    """Whether all that a function of the file `near` lets fail, see `lets`, are functions that catch their errors."""
    return bool(fails) and all(_quiet(project, one, near) for one in fails)


def _quiet(project: Project, name: str, near: str) -> bool:
    """Whether what another file's function awaits fails in it alone: the one that a name means, or all of that name."""
    made = project.names.find(name, near) if name else None
    if made is not None:
        return bool(made.facts["quiet"])
    last = name.rpartition(".")[2]
    named = project.calls.named(last) if len(words(last)) > 1 else []
    return bool(named) and all(one.facts["quiet"] for one in named)
