"""Whether the objects of a class come and go, as far as the project shows."""

from asynccost.flow.calls import Caller
from asynccost.flow.project import Project

_KEPT = frozenset({"attribute", "global", "element", "argument", "captured", "returned", "yielded"})
_ONCE = frozenset({"test", "script", "main", "startup"})


def maker(project: Project, path: str, cls: str) -> Caller | None:
    """A place that makes an object of a class and keeps it nowhere; None where there is none in sight."""
    dotted = path.rpartition(".")[0].replace("/", ".")
    last = cls.rpartition(".")[2]
    for caller in project.calls.calls_named(last):
        name, facts = caller.call["name"].removesuffix("()"), caller.by.facts
        if name not in (cls, last) and not name.endswith(f".{cls}") and name != f"{dotted}.{cls}":
            continue
        entry = project.heats.entry(caller.by)
        once = facts["kind"] == "module" or caller.call["cold"] or (entry is not None and entry[0] in _ONCE)
        if caller.call["use"] not in _KEPT and not once and project.heats.of(caller.by).hot is not False:
            return caller
    return None


_ENDS = ("aclose", "close", "terminate", "shutdown", "stop", "cleanup", "disconnect", "teardown", "dispose", "destroy")


def inherited_end(project: Project, path: str, cls: str) -> str:
    """The coroutine by which a base class of another file ends its objects; "" where there is none in sight."""
    for base in project.files[path]["classes"].get(cls, []):
        for name in _ENDS:
            found = project.names.find(f"{base.removesuffix('()')}.{name}", path)
            if found is not None and found.facts["is_async"] and not found.facts["is_generator"]:
                return name
    return ""
