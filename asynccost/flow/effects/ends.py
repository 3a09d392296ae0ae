"""The methods by which an object is ended, which give back what it holds."""

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Class, Closure, Do, Expr, Function, Return
from asynccost.flow.words import chain, words


def ends_of(cls: Class, file: File) -> list[str]:
    """The methods of a class by which it is ended."""
    named = {*file.knowledge.table("lifecycles")["plain"]["ends"], *file.knowledge.table("timers")["ends"]["names"]}
    hooks = {e for row in file.knowledge.table("lifecycles")["methods"].values() for e in row["ends"]}
    again = _ticked(cls)
    ends = [m for m in cls.methods if m not in again and (m in named or m in hooks or m.lstrip("#_") in named)]
    return [m for m in ends if not ends_one(cls.methods[m])]


_ONE_OF = frozenset({"id", "key", "name", "index"})


def ends_one(method: Function) -> bool:
    """Whether a method ends one of the many things that its object has: `close(streamId)`."""
    given = next((p for p in method.params if p.name not in ("self", "this", "cls")), None)
    return given is not None and given.default is None and not _ONE_OF.isdisjoint(words(given.name)[-1:])


def _ticked(cls: Class) -> set[str]:
    """The methods that a repeating timer of the object calls each time: `setInterval(this._cleanup.bind(this), HOUR)`.

    Not those that its callback comes to under a condition: `stop()`, when there is nothing left to do.
    """
    calls = [c for method in cls.methods.values() for c in (method.index.calls if method.index else ())]
    handed = [c.arguments[0].value for c in calls if chain(c.callee)[-1] == "setInterval" and c.arguments]
    return {names[1] for value in handed if (names := chain(_run(value)))[0] == "this" and len(names) > 1}


def _run(handed: Expr) -> Expr:
    """What a callback stands for: `this.tick.bind(this)`, `() => this.tick()`."""
    if isinstance(handed, Closure) and len(handed.function.body) == 1:
        only = handed.function.body[0]
        value = only.value if isinstance(only, (Do, Return)) else None
        return value.callee if isinstance(value, Call) else handed
    return handed.callee if isinstance(handed, Call) else handed
