"""Python tasks that nobody would miss: a comment says so, or all that they do is say something."""

import re

from asynccost.flow.around import above, statement_of
from asynccost.flow.documentation import documentation
from asynccost.flow.file import File, Site
from asynccost.flow.spawns import work_of
from asynccost.flow.tree import Call, Collection, Constant, Function, If, Member, Name, Node, Subscript
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_TOLD = re.compile(r"#[^\n]*\b(best[ -]effort|pre-?fetch(?:es|ing)?|warms?[ -]up)\b", re.I)
_BEST = re.compile(r"\bbest[ -]effort\b", re.I)
_WAITS = frozenset({"run", "run_until_complete"})
_SAYS = frozenset({"send", "reply", "respond", "send_message"})


def missable(file: File, site: Site) -> str:
    """Why nobody would miss a task, or nothing."""
    if told := _told(file, site):
        return f"a comment says {told}"
    if _is_documented(site.function):
        return "the function says that it is done for a best effort"
    if _is_waited_for_otherwise(file, site):
        return "where no event loop runs, the same work is waited for"
    return "it only says words that always are the same" if _is_notice(site) else ""


def _told(file: File, site: Site) -> str:
    """What a comment on the statement, or right above it, says: that it may fail or is only done ahead of time."""
    source, statement = file.module.source, statement_of(site.call)
    begin = source.rfind(b"\n", 0, statement.start) + 1
    end = source.find(b"\n", statement.start)
    lines = [source[begin : end if end >= 0 else len(source)]]
    for line in reversed(source[:begin].split(b"\n")[-_ABOVE - 1 : -1]):
        said = line.strip()
        if not said.startswith(b"#") and said != b"try:":
            break
        lines.append(said)
    found = (_TOLD.search(line.decode("utf-8", "replace")) for line in lines)
    return next((match[1].lower() for match in found if match), "")


_ABOVE = 4  # lines of comment


def _is_documented(function: Function) -> bool:
    """Whether the text at the head of a function, or of one around it, speaks of a best effort."""
    here: Function | None = function
    while here is not None and here.kind != "module":
        if _BEST.search(documentation(here)):
            return True
        here = here.scope
    return False


def _is_waited_for_otherwise(file: File, site: Site) -> bool:
    """`if loop.is_running(): create_task(sync()) else: loop.run_until_complete(sync())`: plain code, called from it."""
    work, below = work_of(site), site.call.parent
    if work is None or site.function.is_async:
        return False
    for up in above(site.call):
        if isinstance(up, If) and any(below is s for s in up.body) and "is_running" in chain(up.test):
            calls = [n for s in up.orelse for n in walk(s) if isinstance(n, Call) and chain(n.callee)[-1] in _WAITS]
            return any(file.text(a.value) == file.text(work) for call in calls for a in call.arguments)
        below = up
    return False


def _is_notice(site: Site) -> bool:
    """`create_task(channel.send("It is cancelled."))`: words that always are the same hold nothing that is lost."""
    work = work_of(site)
    if not isinstance(work, Call) or not isinstance(work.callee, Member) or work.callee.attr not in _SAYS:
        return False
    given = [a for a in work.arguments if not a.star]
    told = [a.value for a in given if a.keyword in (None, "content", "text", "embed")]
    return len(told) == len(given) == 1 and _is_sentence(told[0]) and _is_fixed(told[0])


def _is_sentence(told: Node) -> bool:
    """Whether what is sent is for people: words, or a frame of them; `send("ping")` is for a machine."""
    if isinstance(told, Constant):
        return isinstance(told.value, str) and " " in told.value
    return isinstance(told, Call) and chain(told.callee)[-1] == "Embed"


def _is_fixed(node: Node) -> bool:
    """Whether a value is said on the spot or comes from settings and the like, none from what has just happened."""
    if isinstance(node, Constant):
        return True
    if isinstance(node, Member):
        return isinstance(node.value, (Name, Member)) and (not isinstance(node.value, Member) or _is_fixed(node.value))
    if isinstance(node, Subscript):
        return _is_fixed(node.value) and node.index is not None and _is_fixed(node.index)
    if isinstance(node, Call):
        return all(_is_fixed(a.value) for a in node.arguments)
    return isinstance(node, Collection) and all(_is_fixed(item) for item in node.items)
