"""Whether a coroutine may be meant to block: its author says so, or nothing else runs on its event loop."""

import re
from itertools import takewhile

from asynccost.flow.around import statement_of
from asynccost.flow.file import File, Site
from asynccost.flow.intent import documentation
from asynccost.flow.reach import local_function
from asynccost.flow.tree import Call, Function
from asynccost.flow.words import chain, words

_NEAR = 8  # lines above a call in which a comment may name it
_SAYS = re.compile(
    r"(?i)\bblock(?:s|ed|ing)?\b|\bsynchronous(?:ly)?\b|\bno I/O loop\b|\bon purpose\b|\bdeliberate"
    r"|\binstead of asyncio\b"
)
_HOLDS = frozenset({"suspend", "freeze", "hang", "block", "stall"})


def meant(site: Site, file: File) -> str:
    """A question where a comment above a call, or what the function says of itself, speaks of blocking."""
    start, source = statement_of(site.call).start, file.module.source
    above = source[: source.rfind(b"\n", 0, start) + 1].decode("utf-8", "replace").splitlines()
    said = [*takewhile(lambda line: line.strip().startswith("#"), reversed(above))]
    name = chain(site.call.callee)[-1]
    said += [line for line in above[-_NEAR:] if line.strip().startswith("#") and name in line]
    said.append(documentation(site.function))
    if not _HOLDS.isdisjoint(words(site.function.name)):
        return f"is {site.function.name}() to hold up everything, as its name has it?"
    return "what is said beside it speaks of blocking: is it meant?" if any(map(_SAYS.search, said)) else ""


def alone(site: Site, file: File) -> str:
    """A question before the first await of the coroutine with which a program, or a thread of its own, runs its event
    loop, and where that one waits for one thing after the other; "" elsewhere."""
    index = site.function.index
    first = index is not None and not any(wait.start < site.call.start for wait in index.awaits)
    for runner in file.calls:
        if chain(runner.call.callee)[-1] in ("run", "run_until_complete") and runner.call.arguments:
            made = runner.call.arguments[0].value
            begun = local_function(made.callee, runner.function, file) if isinstance(made, Call) else None
            if begun is None:
                continue
            if first and begun is site.function:
                return "nothing else runs yet on this event loop: is it worth a change?"
            if not _AT_ONCE.search(file.module.source) and _waits_for(begun, site.function, file, 4):
                return f"does anything else run on the event loop of {begun.name}(), which waits for one at a time?"
    return ""


_AT_ONCE = re.compile(
    rb"create_task|ensure_future|gather|TaskGroup|start_soon|start_server|as_completed|asyncio\.wait\b|add_signal_handler"
    rb"|add_reader|call_later|call_soon|Scheduler|websockets|aiohttp\.web|FastAPI|Starlette|telegram|discord|Dispatcher"
    rb"|run_polling|start_polling|serve\("
)


def _waits_for(function: Function, wanted: Function, file: File, depth: int) -> bool:
    """Whether a coroutine waits for another, itself or by what it waits for in the same file."""
    awaits = function.index.awaits if function.index else []
    called = [local_function(w.value.callee, function, file) for w in awaits if isinstance(w.value, Call)]
    if any(one is wanted for one in called):
        return True
    return depth > 0 and any(one is not None and one is not function and _waits_for(one, wanted, file, depth - 1)
                             for one in called)
