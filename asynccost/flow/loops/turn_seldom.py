"""Why few turns of a loop get to their wait, or few are there: the input takes one file, what is fresh is left out."""

import re

from asynccost.flow.around import above, words_in
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Comprehension, Continue, Function, If, Loop, Member, Name, Node
from asynccost.flow.turn import gone_through
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_INPUT = re.compile(rb"""\btype=[{]?["']file["']""")
_SEVERAL = re.compile(rb"\bmultiple\b|\bwebkitdirectory\b|\bdataTransfer\b|\bdropzone\b", re.I)
_MOST = 12  # words that a list writes out: modules, files of an installation
_TEXT = rb"(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)"
_AGED = frozenset({"expires", "expired", "expiry", "expiration", "stale", "ttl", "age", "outdated", "fresh"})
_SHOWS = frozenset({"loading", "progress", "spinner", "status"})
_SETS = frozenset({"set", "update", "next", "emit"})


def few_or_seldom(loop: Loop | Comprehension, wait: Node, file: File, function: Function) -> str:
    """A doubt of a loop that hardly waits more than once; "" where nothing says so."""
    source = gone_through(loop)
    if source is None:
        return ""
    if _one_file(source, file, function):
        return "its input takes one file: it has no `multiple`"
    if isinstance(source, Name) and source.id in file.module.imports and source.id not in function.bindings:
        return f"another module lists {source.id}, a few of them as a rule"
    if count := _written_out(source, file):
        return f"{chain(source)[-1]} lists {count} of them"
    if isinstance(loop, Loop) and _while_fresh(loop, wait):
        return "what is fresh yet is left out, so that few turns wait"
    return "each turn shows what it is at" if _shows(loop) else ""


def _one_file(source: Node, file: File, function: Function) -> bool:
    """`for (const file of event.target.files)`, where the only input of the component takes one."""
    parts = [source]
    for name in (n.id for n in walk(source) if isinstance(n, Name)):
        parts += [v for v in (function.index.bound.get(name, []) if function.index else []) if v is not None]
    taken = any(isinstance(n, Member) and n.attr == "files" for part in parts for n in walk(part))
    text = file.module.source
    return taken and _INPUT.search(text) is not None and _SEVERAL.search(text) is None


def _written_out(source: Node, file: File) -> int:
    """How many words the list of an attribute writes out: `redistributables = ["a.exe", "b.exe"]`; 0 for more."""
    own = isinstance(source, Member) and isinstance(source.value, Name)
    if not own or not isinstance(source, Member):
        return 0
    listed = re.compile(
        rb"\b%s\b[^=\n\[]{0,40}=\s*\[\s*(%s(?:\s*,\s*%s)*)\s*,?\s*\]" % (re.escape(source.attr.encode()), _TEXT, _TEXT)
    )
    found = listed.findall(file.module.source)
    count = len(re.findall(_TEXT, found[0])) if len(found) == 1 else 0
    return count if count <= _MOST else 0


def _while_fresh(loop: Loop, wait: Node) -> bool:
    """`if (Date.now() < cached.at + cached.expires) continue;` before the wait, or the other way round around it."""
    before = [s for s in loop.body if s.end <= wait.start and isinstance(s, If)]
    skips = [s for s in before if s.body and isinstance(s.body[-1], Continue)]
    around = []
    for up in above(wait):
        if up is loop:
            break
        if isinstance(up, If):
            around.append(up)
    said = (word for test in (*skips, *around) for name in words_in(test.test) for word in words(name))
    return not _AGED.isdisjoint(said)


def _shows(loop: Loop | Comprehension) -> bool:
    """`loadingStore.set({ name })` in each turn."""
    calls = (n for n in walk(*loop.body) if isinstance(n, Call)) if isinstance(loop, Loop) else ()
    names = (chain(call.callee) for call in calls)
    return any(
        len(name) > 1 and name[-1] in _SETS and not _SHOWS.isdisjoint(words(name[-2])) for name in names
    )
