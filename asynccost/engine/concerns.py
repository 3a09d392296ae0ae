"""Which rules a file may concern, by its bytes alone; most files concern none, and are not parsed."""

import re
from functools import cache

from asynccost.knowledge import Knowledge
from asynccost.rulebook import load
from asynccost.tokens import Found, Tokens


@cache
def tokens_of(language: str, knowledge: Knowledge) -> Tokens:
    """What a file must contain for a rule to look at it."""
    return Tokens({r.name: r.tokens[language] for r in load().values() if language in r.languages}, knowledge)


_RE_EXPORTS = {  # files that only hand names on: without them a name cannot be followed to its definition
    "python": re.compile(rb"^from[ \t]+\.?[\w.]+[ \t]+import[ \t(]", re.M),
    "javascript": re.compile(rb"^export\s*[*{]", re.M),
}


def found_in(language: str, source: bytes, knowledge: Knowledge) -> Found | None:
    """The rules that may have something to say of a file; None if there are none and no names pass through it."""
    found = tokens_of(language, knowledge).found(source)
    return found if found.rules or _hands_on(language, source) else None


_RUNS = re.compile(rb"\b(?:asyncio|anyio|trio|uvloop)\.run\(|\brun_until_complete\(")


def _hands_on(language: str, source: bytes) -> bool:
    """Whether a file does little else than hand names on, or runs coroutines, its own or others'.

    Its own may call what blocks elsewhere; those that it gives a loop of their own keep nobody waiting.
    """
    if language == "python" and (b"async def " in source or _RUNS.search(source)):
        return True
    if language == "python" and (b"\ndef " in source or b"\nclass " in source):
        return False
    passes_on = language == "python" or b"from" in source  # `import { a } from "./a"; export { a }`
    return passes_on and len(source) < 20_000 and _RE_EXPORTS[language].search(source) is not None
