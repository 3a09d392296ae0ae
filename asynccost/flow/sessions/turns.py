"""What the turns of a loop say against one client for all of them: they are timed, they pause, the first ends it."""

from asynccost.flow.around import above
from asynccost.flow.tree import Call, Comprehension, Constant, Loop, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_CLOCKS = frozenset({"time", "perf_counter", "monotonic", "process_time"})
_LONG = 5  # seconds that servers keep an idle connection open at least


def measures(loop: Loop) -> bool:
    """Whether the time of a turn is taken."""
    calls = (n for n in walk(*loop.body) if isinstance(n, Call) and not n.arguments)
    return any(chain(call.callee)[-1] in _CLOCKS for call in calls)


def pauses(loop: Loop) -> bool:
    """Whether a loop sleeps for long, or nobody can tell for how long."""
    for call in (n for n in walk(*loop.body) if isinstance(n, Call) and chain(n.callee)[-1] == "sleep"):
        given = call.arguments[0].value if call.arguments else None
        if not isinstance(given, Constant) or not isinstance(given.value, (int, float)) or given.value >= _LONG:
            return True
    return False


def leaves_the_loop(call: Call) -> bool:
    """`return await page(url)` in a loop: no turn comes behind it."""
    ups = above(call)
    first = next((up for up in ups if isinstance(up, (Return, Loop, Comprehension))), None)
    return isinstance(first, Return) and any(isinstance(up, Loop) for up in ups)
