"""A bound brings an error that never came before: what around a request catches it, and whether as what it is.

`except requests.ConnectionError` lets a late answer pass, and `except OSError` behind it takes it for a failing disk.
"""

import re
from collections.abc import Iterator

from asynccost.flow.around import function_of, tries_of
from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Call, Function, Handler, Member, Name
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_DEPTH = 3  # callers of callers of a request, in its own file
_LESS = re.compile(r"\b(?:ConnectionError|ConnectError|ConnectTimeout|URLError)\b")  # urlopen wraps no late timeout
_ALL = r"\b(?:Base)?Exception\b"
_LATE = {  # what catches a late answer of a library as one of its failures
    "requests": re.compile(rf"{_ALL}|\bRequestException\b|\b(?:Read)?Timeout\b"),
    "httpx": re.compile(rf"{_ALL}|\b(?:RequestError|TransportError|HTTPError|TimeoutException|ReadTimeout)\b"),
    "urllib": re.compile(rf"{_ALL}|\bTimeoutError\b|\bsocket\.(?:timeout|error)\b|\btimeout\b"),
}
_SYSTEM = re.compile(r"\b(?:OS|IO|Environment)Error\b")  # a late answer of requests or urllib is one of these as well
_FILES = re.compile(
    r"(?i)\b(?:files?|disk|director(?:y|ies)|folders?|certificates?|permissions?|sav(?:e|ing)|writ(?:e|ing))\b"
)
_ASKS = re.compile(r"\bisinstance\(\s*\w+\s*,([^:]*)")
_ELSEWHERE = re.compile(rf"\braise\b|{_SYSTEM.pattern}")
_CATCHES = re.compile(rb"(?:except\b[^\n:]*|isinstance\([^\n]*)(?:Connect|URLError|OSError|IOError|EnvironmentError)")
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "send"})

MISSED = "should what catches errors of connecting, and no timeout of the answer, catch that as well?"
MISTAKEN = "a late answer is an OSError too: does what catches that tell the truth about it?"

UNSET = "what catches a late answer reads the answer, which there is none of then: is it to go without?"


def may_miss(source: bytes) -> bool:
    """Whether a file catches errors of connecting, or of the system, anywhere."""
    return _CATCHES.search(source) is not None


def misses(call: Call, library: str, file: File) -> str | None:
    """A question where a late answer is not caught as what it is; "" where it is, None where nothing around tells."""
    less = False
    for around in tries_of(call):
        for handler in around.handlers:
            said = file.text(handler.types) if handler.types is not None else "Exception"
            if _LATE[library].search(said):
                return MISSED if _asks_less(handler, file) else UNSET if _reads_answer(call, handler) else ""
            if library != "httpx" and _SYSTEM.search(said):
                apart = less or _FILES.search(file.text(handler)) is not None
                return MISTAKEN if apart else ""
            less = less or _LESS.search(said) is not None
    return MISSED if less else None


def _asks_less(handler: Handler, file: File) -> bool:
    """`except Exception as e: if isinstance(e, ConnectionError): ...`: the rest of them goes another way."""
    text = file.text(handler)
    asked = _ASKS.findall(text)
    told = any("Timeout" in one or "RequestException" in one for one in asked)
    return not told and any(map(_LESS.search, asked)) and _ELSEWHERE.search(text) is not None


def _reads_answer(call: Call, handler: Handler) -> bool:
    """`try: r = get(url)`, `except Exception: log(r.status_code)`: no such name is set before."""
    kept = call.parent
    target = kept.targets[0] if isinstance(kept, Assign) and len(kept.targets) == 1 else None
    if not isinstance(target, Name) or not any(isinstance(n, Name) and n.id == target.id for n in walk(*handler.body)):
        return False
    index = function_of(call).index
    before = [a for a in (index.assigns if index else ()) if isinstance(a, Assign) and a.end < call.start]
    return not any(isinstance(t, Name) and t.id == target.id for a in before for t in a.targets)


def library_of(name: str | None) -> str:
    """Whose errors a request of this name raises: a key of what this module knows."""
    root = (name or "").partition(".")[0]
    return "requests" if root in ("requests", "niquests") else "httpx" if root.startswith("httpx") else "urllib"


def heard_by(call: Call, library: str, file: File) -> tuple[str, list[Function]]:
    """(a question, functions) by who hears of a request's failures in its file.

    The functions are those that let a late answer out to who calls them, whatever file that is in.
    """
    if (found := misses(call, library, file)) is not None:
        return found, []
    function = function_of(call)
    out, todo = [function], [function]
    for _ in range(_DEPTH):
        heard = [(c, misses(c, library, file)) for one in todo for c in _calls_of(one, file)]
        if question := next((q for _, q in heard if q), ""):
            return question, []
        todo = [f for c, q in heard if q is None and (f := function_of(c)) not in out]
        out += dict.fromkeys(todo)
    return next((q for one in out if (q := _beside(one, library, file))), ""), out


def _beside(function: Function, library: str, file: File) -> str:
    """A question where another request of a function is under what takes a late answer for something else."""
    sites = [s for s in file.calls if s.function is function and (s.name or "").startswith(library)]
    return next((q for s in sites if (q := misses(s.call, library, file))), "")


def _calls_of(function: Function, file: File) -> Iterator[Call]:
    """The calls of a function in its file, as its name tells."""
    if not function.name or function.kind == "module":
        return
    for site in file.calls:
        callee = site.call.callee
        if function.owner is None:
            meant = isinstance(callee, Name) and callee.id == function.name
        else:
            meant = isinstance(callee, Member) and callee.attr == function.name
            meant = meant and (function.name not in _VERBS or chain(callee)[0] in ("self", "cls"))
        if meant:
            yield site.call


def missing_calls(file: File) -> dict[str, str]:
    """Where the calls of a file start around which a late answer of requests is missed: start -> the question."""
    if file.language != "python" or not may_miss(file.module.source):
        return {}
    found = ((site.call.start, misses(site.call, "requests", file)) for site in file.calls)
    return {str(start): question for start, question in found if question}
