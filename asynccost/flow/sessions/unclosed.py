"""Whether anybody closes what an object made for itself."""

from collections.abc import Iterator

from asynccost.flow.around import class_around, method_around, use_of
from asynccost.flow.file import File
from asynccost.flow.life import Life
from asynccost.flow.linked.project import Project
from asynccost.flow.owner import life_of
from asynccost.flow.tree import Assign, Call, Class, Constant, Function, Member, Name
from asynccost.flow.words import chain, word_of

_SELF = frozenset({"self", "cls", "this"})
_KEEPING = frozenset({"attribute", "global", "element", "argument", "captured", "returned", "with"})
_CALLED = frozenset({  # by frameworks
    "cog_unload", "async_will_remove_from_hass", "ngOnDestroy", "onModuleDestroy", "onApplicationShutdown",
    "beforeApplicationShutdown", "componentWillUnmount", "disconnectedCallback",
})
_EXITS = frozenset({"__aexit__", "__exit__", "__del__", "__aclose__"})
_CLOSING = (
    "close",
    "dispose",
    "shutdown",
    "stop",
    "cleanup",
    "disconnect",
    "destroy",
    "terminate",
    "teardown",
    "quit",
    "end",
    "unload",
    "finalize",
    "release",
    "aclose",
    "exit",
    "kill",
)


def closers_of(file: File, cls: Class, attr: str, close: tuple[str, ...]) -> list[str] | None:
    """The methods of a class that close `self.attr`; None where it hands the client out, so that others may."""
    found: list[str] = []
    for member, function in attribute_reads(file, cls, attr):
        use = use_of(member)
        if (
            isinstance(use.node, Member)
            and use.kind == "receiver"
            and use.node.attr in (*close, "__aexit__", "__exit__")
        ):
            found.append(method_around(function).name)
        elif use.kind in ("returned", "yielded", "with", "element"):
            if use.kind == "with" or not (function.name == attr and use.awaited):
                return None
        elif use.kind == "argument" and isinstance(use.node, Call):
            if any(word in word_of(use.node).lower() for word in _CLOSING):
                found.append(method_around(function).name)
            else:
                return None
        elif use.kind == "assigned" and isinstance(use.node, Assign) and use.node.value is not None:
            if any(t is member for t in use.node.targets):
                continue
            if _copy_closed(use.node, function, close):
                found.append(method_around(function).name)
            elif _exposed(use.node):
                return None
    if _closes_by_name(cls, attr):
        return None
    return sorted(set(found), key=lambda name: (name in _EXITS, name))


def attribute_reads(file: File, cls: Class, attr: str) -> Iterator[tuple[Member, Function]]:
    """Every place where a class's own code names `self.attr`."""
    word = attr.encode()
    for function in file.functions_if(lambda f: file.module.source.find(word, f.start, f.end) >= 0):
        if class_around(function) is not cls or function.index is None:
            continue
        for name in function.index.names:
            up = name.parent
            if name.id in _SELF and isinstance(up, Member) and up.attr == attr:
                yield up, function


def _copy_closed(node: Assign, function: Function, close: tuple[str, ...]) -> bool:
    """`session, self.session = self.session, None; await session.close()`."""
    names = {t.id for target in node.targets for t in getattr(target, "items", [target]) if isinstance(t, Name)}
    for name in function.index.names if function.index else ():
        up = name.parent
        if name.id in names and isinstance(up, Member) and up.attr in close:
            return True
    return False


def _exposed(node: Assign) -> bool:
    return any(isinstance(t, Member) for t in node.targets)


def _closes_by_name(cls: Class, attr: str) -> bool:
    """`for name in ("session", ...): getattr(self, name).close()`."""
    for function in cls.methods.values():
        for call in function.index.calls if function.index else ():
            if word_of(call) in ("getattr", "hasattr") and len(call.arguments) > 1:
                named = call.arguments[1].value
                if not isinstance(named, Constant) or named.value == attr:
                    return True
    return False


def is_single(cls: Class) -> bool:
    """Whether a class hands out one object for the process: `__new__` keeps it, or a decorator or a metaclass."""
    named = [*cls.decorators, *(a.value for a in cls.bases if a.keyword in (None, "metaclass"))]
    if any("singleton" in chain(d)[-1].lower() for d in named):
        return True
    made = cls.methods.get("__new__")
    if made is None:
        return False
    made.wake()
    assigns = made.index.assigns if made.index else ()
    targets = (t for a in assigns for t in getattr(a, "targets", ()))
    return any(isinstance(t, Member) and chain(t)[:1] in (["cls"], [cls.name]) for t in targets)


def object_verdict(
    project: Project, path: str, cls: str, attr: str, closers: list[str], close: list[str], cost: str
) -> str | None:
    """Why an object's client is taken care of after all; None where it is not."""
    file = project.files[path]
    if _closed_from_outside(project, cls, attr, close):
        return f"somebody else closes .{attr}"
    if set(closers) & _EXITS:
        return "leaving the object's with statement closes it"
    for name in closers:
        made = project.names.named_in(path, f"{cls}.{name}")
        if made is None or project.calls.callers(made) or _named_call(project, name, cls):
            return f"{name}() closes it"
        if name in _CALLED:
            return f"{name}() closes it"
    bases = file["classes"].get(cls, [])
    mark = ":" if file["language"] == "javascript" else "."
    uses = [
        (c.call["use"], project.heats.entry(c.by), c.by.facts["kind"] == "module" or c.by.facts["seldom"])
        for last in (cls.rpartition(".")[2],)
        for c in project.calls.calls_named(last)
        if c.call["name"].removesuffix("()").endswith((mark + cls, "." + cls)) or c.call["name"] == cls
    ]
    work = [u for u in uses if u[1] is None or u[1][0] not in ("test", "script")]
    if closers and not work:
        return f"{closers[0]}() closes it"
    if not work and cost == "database":
        return "what holds a database's pool lives as long as the process, as a rule"
    if work and all(use in _KEEPING or at_start for use, _, at_start in work):
        return "the object that keeps it is kept itself"
    if not work and any(_manages(project, base) for base in bases):
        return "its base class may close it"
    return None


def _closed_from_outside(project: Project, cls: str, attr: str, close: list[str]) -> bool:
    """`loader.session.close()`, where the loader is one of this class or of one that is not known."""
    for word in close:
        for caller in project.calls.calls_named(word, attr):
            holder, mark, _ = caller.call["name"].rpartition(f".{attr}.{word}")
            last = holder.removesuffix("()").rpartition(".")[2].rpartition(":")[2]
            if mark and (last == cls.rpartition(".")[2] or not (holder.endswith("()") and last[:1].isupper())):
                return True
    return False


def _named_call(project: Project, name: str, cls: str) -> bool:
    """Whether somebody calls a method of this name on something whose class is not known."""
    return any(
        c.call["name"].endswith(f".{name}") and f"{cls.rpartition('.')[2]}" in c.call["name"]
        for c in project.calls.calls_named(name, cls.rpartition(".")[2])
    )


def _manages(project: Project, base: str) -> bool:
    """Whether a base class of the project has a method that sounds like closing."""
    last = base.rpartition(".")[2].rpartition(":")[2].removesuffix("()")
    return any(
        name in _EXITS or any(word in name.lower() for word in _CLOSING) for name in project.calls.methods(last)
    )


def makes_lasting(file: File, life: Life, function: Function) -> bool:
    """`sender = client.get_queue_sender(); return Service(sender)`: the client lives on in what it made."""
    for read in life.reads:
        up = read.parent
        if not (isinstance(up, Member) and up.attr.startswith(_MAKES) and isinstance(up.parent, Call)):
            continue
        if life_of(file, up.parent, function).kind in ("returned", "kept", "yielded"):
            return True
    return False


_MAKES = ("get_", "create", "make", "build", "session", "client", "bucket", "collection", "database", "channel", "db")


def handed_out(life: Life) -> str | None:
    """Why a local socket is not forgotten: its own handlers, or a reference from elsewhere, hold it."""
    for read in life.reads:
        up = read.parent
        if isinstance(up, Member) and up.attr.startswith("on") and isinstance(up.parent, Assign):
            return "its own handlers decide when it ends"
        if isinstance(up, Member) and up.attr in ("on", "once", "addEventListener", "addListener"):
            return "its own handlers decide when it ends"
    return None
