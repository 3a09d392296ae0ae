"""What speaks against running the turns of a loop together, in the loop's own text and in the names around it."""

from asynccost.flow.acts import acts_only, listed, only_checks, tells
from asynccost.flow.around import function_of
from asynccost.flow.awaits import Wait
from asynccost.flow.file import File
from asynccost.flow.selects import selects
from asynccost.flow.tree import Assign, Bind, Call, Comprehension, Loop, Name, Node
from asynccost.flow.turn_few import few_turns
from asynccost.flow.turn_ties import ties
from asynccost.flow.turns import Turns
from asynccost.flow.unhurried import unhurried
from asynccost.flow.walk import walk
from asynccost.flow.words import words

_CLOSES = frozenset({
    "close", "aclose", "terminate", "dispose", "shutdown", "disconnect", "stop", "kill", "destroy", "cancel", "abort",
})
_LETTERS = frozenset({
    "email", "emails", "mail", "mails", "newsletter", "sms", "notification", "notifications", "comment", "comments",
    "log", "logs", "invite", "invitation",
})
_TIDIES = frozenset({"cleanup", "clean", "purge", "prune", "expire", "vacuum", "sweep"})
_PUTS = (("post",), ("put",), ("patch",))
_ONE_PLACE = frozenset({"config", "configuration", "settings"})
_LONG = 45  # lines of a loop whose turns nobody takes apart without a reason


def doubts_of(loop: Loop | Comprehension, said: Turns, first: Wait, file: File) -> list[str]:
    """Why the confidence is low at most, the weightiest first. first: what the finding names."""
    doubts = list(said.doubts)
    if selects(loop, first.node):
        doubts.append("only the items that match get as far as the wait")
    place = file.span(loop)
    if place.end_line - place.line > _LONG and not said.contract:
        doubts.append(f"each turn is {place.end_line - place.line} lines long and may do more than wait")
    told = file.knowledge.table("turns")["progress"]
    if any(w in told for name in (*_set_in(loop), *(wait.name for wait in said.waits)) for w in words(name)):
        doubts.append("each turn tells how far the work is")
    if all(words(wait.name)[:1] and words(wait.name)[0] in _CLOSES for wait in said.waits):
        doubts.append("it only closes what is no longer needed")
    if any(wait.name and wait.name == function_of(loop).name for wait in said.waits):
        doubts.append(f"{first.label}() calls itself: the loop walks down a tree")
    if any(wait.shares_self for wait in said.waits):
        doubts.append(f"several threads would run {first.label}() of one object")
    if acts_only(loop) and any(not _LETTERS.isdisjoint(words(wait.name)) for wait in said.waits):
        doubts.append("whoever takes letters and entries one by one limits their rate, as a rule")
    if said.waits and all(not _TIDIES.isdisjoint(words(wait.name)[:1]) for wait in said.waits):
        doubts.append("it tidies up in the background, where one at a time is kind to the others")
    if tells(loop):
        doubts.append("each turn tells somebody how it went")
    if only_checks(loop):
        doubts.append("each answer only decides whether to go on: the next turn is to come after it")
    if any("import" in words(wait.name) for wait in said.waits):
        doubts.append("what is imported goes into a store that the turns share")
    if any(words(wait.name)[-1:] == ("post",) and not _LETTERS.isdisjoint(_sent_to(wait, file)) for wait in said.waits):
        doubts.append("whoever takes letters and entries one by one limits their rate, as a rule")
    if any(words(wait.name)[-1:] in _PUTS and not _ONE_PLACE.isdisjoint(_sent_to(wait, file)) for wait in said.waits):
        doubts.append("settings lie in one place, which takes one change after another")
    if tie := ties(loop, file, function_of(loop)):
        doubts.append(tie)
    if calm := unhurried(loop, said.waits, file, function_of(loop)):
        doubts.append(calm)
    if listed(loop):
        doubts.append("its list is written out in the function, a few items long")
    if few := few_turns(loop, file, function_of(loop)):
        doubts.append(few)
    return doubts


def _set_in(loop: Loop | Comprehension) -> list[str]:
    """The names that a turn sets."""
    set_: list[Node | None] = []
    for node in walk(*loop.body) if isinstance(loop, Loop) else ():
        set_ += node.targets if isinstance(node, Assign) else [node.target] if isinstance(node, Bind) else []
    return [target.id for target in set_ if isinstance(target, Name)]


def _sent_to(wait: Wait, file: File) -> tuple[str, ...]:
    """The words of a request's address as it is written, the names in it included."""
    first = wait.node.arguments[:1] if isinstance(wait.node, Call) else []
    return words(" ".join(file.text(argument.value) for argument in first))
