"""What every way through a turn appends to one list: then the turn can be a function that returns it."""

from dataclasses import dataclass

from asynccost.flow.tree import Call, Continue, Do, If, Loop, Member, Node, Raise, Stmt, Switch, Try, With
from asynccost.flow.walk import walk
from asynccost.python.codemod.names import names_in


@dataclass(slots=True, frozen=True)
class Outcome:
    """`xs.append(value)`, and the `continue` right behind it, where the turn ends there."""

    call: Call
    jump: Continue | None


def outcomes(loop: Loop, sink_of: str, text: dict[int, str]) -> list[Outcome] | None:
    """The outcome of every way through a turn, where each has exactly one; None otherwise.

    sink_of: the list, as the source spells it; text: that of each call's callee, by id.
    """
    found: list[Outcome] = []
    if not _ends(loop.body, f"{sink_of}.append", text, found):
        return None
    jumps = [n for s in loop.body for n in walk(s) if isinstance(n, Continue) and _own(n, loop)]
    mentions = [n for n in names_in(*loop.body) if n.id == sink_of.partition(".")[0]]
    plain = all(len(o.call.arguments) == 1 and not o.call.arguments[0].star for o in found)
    alone = len(mentions) == len(found) or sink_of.startswith("self.")
    return found if plain and alone and len(jumps) == sum(o.jump is not None for o in found) else None


def _own(jump: Node, loop: Loop) -> bool:
    up = jump.parent
    while up is not None and not isinstance(up, Loop):
        up = up.parent
    return up is loop


def _ends(block: list[Stmt], word: str, text: dict[int, str], found: list[Outcome]) -> bool:
    """Whether a block always ends its turn with one outcome; notes those on the way."""
    for at, statement in enumerate(block):
        last = at == len(block) - 1
        if isinstance(statement, Raise):
            return True
        if _is_append(statement, word, text):
            following = block[at + 1] if not last else None
            assert isinstance(statement, Do)
            assert isinstance(statement.value, Call)
            if following is not None and not isinstance(following, Continue):
                return False
            found.append(Outcome(statement.value, following if isinstance(following, Continue) else None))
            return True
        if _always(statement, word, text, found):
            return True
        if not last and _may_end(statement, word, text) and not _early(statement, word, text):
            return False
    return False


def _always(statement: Node, word: str, text: dict[int, str], found: list[Outcome]) -> bool:
    """Whether every way through a compound statement ends the turn."""
    mine: list[Outcome] = []
    if isinstance(statement, If):
        body = _ends(statement.body, word, text, mine)
        other = _ends(statement.orelse, word, text, mine) if statement.orelse else False
        found += mine
        return body and other
    if isinstance(statement, With):
        done = _ends(statement.body, word, text, mine)
        found += mine
        return done
    if isinstance(statement, Try):
        parts = [statement.orelse or statement.body, *(h.body for h in statement.handlers)]
        each = [_ends(part, word, text, mine) for part in parts]  # each notes its own
        found += mine
        return all(each) and not _may_end_all(statement.final, word, text)
    return False


def _is_append(statement: Node, word: str, text: dict[int, str]) -> bool:
    call = statement.value if isinstance(statement, Do) else None
    return isinstance(call, Call) and isinstance(call.callee, Member) and text.get(id(call)) == word


def _may_end(statement: Node, word: str, text: dict[int, str]) -> bool:
    return any(_is_append(n, word, text) for n in walk(statement))


def _may_end_all(block: list[Stmt], word: str, text: dict[int, str]) -> bool:
    return any(_may_end(s, word, text) for s in block)


def _early(statement: Node, word: str, text: dict[int, str]) -> bool:
    """Whether what a statement in the middle appends ends the turn there: each with a `continue` behind it."""
    if isinstance(statement, Switch):
        return False
    appends = sum(1 for n in walk(statement) if _is_append(n, word, text))
    jumps = sum(1 for n in walk(statement) if isinstance(n, Continue))
    return appends == jumps
