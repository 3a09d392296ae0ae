"""What a method waits for whose object is not known: what all methods of its name in the project wait for."""

from asynccost.flow.file import is_test
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.linked.reaching import Waiting
from asynccost.flow.waits.await_kinds import BAD, GOOD
from asynccost.flow.words import verb, words

_QUESTIONS = (("is",), ("has",), ("can",), ("should",))
_MOST = 6  # methods of one name that are looked at


def namesakes_ask(way: str, near: str, project: Project) -> bool:
    """Whether every method of the name at the end of a way waits for another machine, and for nothing of one's own.

    `this.stores.users.getById()`: whichever object it is. A name of one word (`get`, `load`) says too little.
    """
    receiver, _, last = way.rpartition(" -> ")[2].removesuffix("()").rpartition(".")
    if not receiver or len(words(last)) < 2:
        return False
    found = [one for one in project.calls.named(last) if _may_be(one, near)]
    return 0 < len(found) <= _MOST and all(_asks(one, project) for one in found)


def _may_be(made: Def, near: str) -> bool:
    """Whether a function is an asynchronous method in the language of a file; a test's stand-in is none."""
    path, facts = made.file["path"], made.facts
    alike = path.endswith(".py") is near.endswith(".py")
    return alike and bool(facts["owner"]) and facts["is_async"] and not is_test(path)


def _asks(made: Def, project: Project) -> bool:
    kinds = project.memo(Waiting).of_function(made).kinds
    # what only words say of a request is no more than that: `isIgnored()` may be answered by what was loaded before
    name = made.facts["qualname"].rpartition(".")[2]
    does = verb(name, project.knowledge) in ("read", "add", "write") and words(name)[:1] not in _QUESTIONS
    asked = any(kind in kinds for kind in GOOD) or ("maybe" in kinds and does)
    return asked and not any(kind in kinds for kind in BAD)
