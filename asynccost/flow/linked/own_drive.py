"""Coroutines and async generators that only private loops drive, where names alone say who calls them.

`async for part in bot.answer(text)`: what `bot` is, a factory decides while the program runs. All places that say the
name `answer` are asked, by their text: each stands in an `answer` itself, or in what a plain function runs in a loop of
its own (`asyncio.run(stream(data))`), with nothing else on it.
"""

import re
from collections.abc import Iterator

from asynccost.flow.file import function_at
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.own_thread import BESIDE, LENT
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import places
from asynccost.model import Span

_HOPS = 6
_MOST = 40  # places: a name that is said more often is a common word
_IMPORTS = re.compile(rb"[ \t]*(?:from|import)\b")


def in_own_loop(made: Def, project: Project) -> str:
    """Why what blocks in a coroutine holds up nothing else, as a clause; "" where it may run elsewhere."""
    if not made.facts["is_async"] or project.heats.entry(made) is not None or _starts_more(made, project):
        return ""
    names, seen, runner = [_name(made)], set[str](), ""
    for _ in range(_HOPS):
        further: list[str] = []
        for name in names:
            seen.add(name)
            users = _users(name, project)
            if users is None or name.startswith("__"):
                return ""
            for by in users:
                heat = project.heats.of(by)
                if heat.kind == "fresh" and by.facts["is_async"] and not _is_lent(by, project):
                    runner = runner or f"{heat.reason}, with nothing else on it"
                elif not by.facts["is_async"] or project.heats.entry(by) is not None:
                    return ""
                elif _name(by) not in seen:
                    further.append(_name(by))
                if _starts_more(by, project):
                    return ""
        names = further
        if not names:
            return runner
    return ""


def _users(name: str, project: Project) -> list[Def] | None:
    """The functions that say a name, other than those of that name; None where that is not known of one."""
    found: dict[tuple[str, int], Def] = {}
    count = 0
    for path in sorted(project.python.holding(name)):
        if not path.endswith(".py"):
            continue
        code = project.python.code(path)
        for at in places(code, name.encode()):
            if _IMPORTS.match(code, code.rfind(b"\n", 0, at) + 1):
                continue
            count += 1
            by = _around(path, at, project)
            if by is None or count > _MOST:
                return None
            if _name(by) != name and not _only_hands_on(by, name, project):
                found[by.place] = by
    return list(found.values())


def _only_hands_on(by: Def, name: str, project: Project) -> bool:
    """Whether a plain function that only plain ones call makes a generator and hands it back: nobody drives it so."""
    if by.facts["is_async"]:
        return False
    source = project.python.text(by.file["path"])[by.facts["start"] : by.facts["end"]]
    if f"return self.{name}(".encode() not in source:
        return False
    return all(user is not None and not user.facts["is_async"] for user in _called_on(by, project))


def _called_on(made: Def, project: Project) -> Iterator[Def | None]:
    """The functions that call a method by its name; what another file calls on `self` is another class's."""
    name = _name(made).encode()
    for path in sorted(project.python.holding(_name(made))):
        if not path.endswith(".py"):
            continue
        code = project.python.code(path)
        for at in places(code, name):
            own = code.endswith(b"self.", 0, at) and path != made.file["path"]
            if code[at - 1 : at] == b"." and code[at + len(name) : at + len(name) + 1] == b"(" and not own:
                yield _around(path, at, project)


def _around(path: str, at: int, project: Project) -> Def | None:
    """The innermost function that holds a byte of a file."""
    asked = project.names.asked.get(path)
    found = function_at(asked.file, Span(at, at + 1)) if asked is not None else None
    return Def(asked.facts, asked.function(found)) if asked is not None and found is not None else None


def _is_lent(made: Def, project: Project) -> bool:
    """Whether what runs a coroutine keeps its loop, so that others may put something on it."""
    by = [(c.by.file["path"], c.by.facts) for c in project.calls.callers(made)]
    return any(LENT.search(project.python.text(path), facts["start"], facts["end"]) for path, facts in by)


def _starts_more(by: Def, project: Project) -> bool:
    source = project.python.text(by.file["path"])
    return BESIDE.search(source, by.facts["start"], by.facts["end"]) is not None


def _name(made: Def) -> str:
    return made.facts["qualname"].rpartition(".")[2]
