"""Who ends an object that is to keep a client, and so closes it: its own end, its holder, or nobody who is seen."""

from asynccost.flow.file import File
from asynccost.flow.tree import Class, Loop
from asynccost.flow.walk import walk
from asynccost.python.codemod.attribute import Plan
from asynccost.python.reasons import WHO_CLOSES

_COMMON = frozenset({"object", "ABC", "abc.ABC"})  # bases that make nobody kin


def lives_on(chosen: Plan) -> str:
    """A function that keeps its client for as long as it goes round: there is no waste in that one; "" for none."""
    for made, _ in chosen.alike:
        loops = (n for n in walk(*(made.block.body if made.block is not None else ())) if isinstance(n, Loop))
        if any(loop.kind == "while" for loop in loops):
            return made.function.name
    return ""


def who_closes(chosen: Plan) -> str:
    """What a reason says of the end of a client that an object keeps."""
    if not chosen.ends:
        return ""
    name = chosen.ends if isinstance(chosen.ends, str) else chosen.ends.name
    if not isinstance(chosen.ends, str) or name == "cog_unload" or chosen.extends:
        return f"; {name}() closes it"
    if chosen.holder is not None:
        return f"; {chosen.holder.ends} calls {name}(), which closes it"
    return f"; {WHO_CLOSES} {name}(), which closes it, when the object ends?"


def made_by_others(cls: Class, file: File) -> bool:
    """Whether objects of a class are made by what knows them by a name or a base, and so closes none of them."""
    if any("dataclass" not in file.text(d) for d in cls.decorators):  # who registers it, makes it
        return True
    bases = {file.text(b) for b in cls.bases} - _COMMON
    return sum(other is not cls and _kin(other, cls, bases, file) for other in file.module.classes) > 1


def _kin(other: Class, cls: Class, bases: set[str], file: File) -> bool:
    theirs = {file.text(b) for b in other.bases}
    return cls.name in theirs or not bases.isdisjoint(theirs)
