"""Methods that undo each other: what `open()` shows again, `close()` only hides, and is no end of what was before."""

from asynccost.flow.file import File
from asynccost.flow.tree import Class, Function

_BEGINS = {
    "close": ("open", "show"), "hide": ("show", "open"), "stop": ("start", "run"), "disconnect": ("connect",),
    "disable": ("enable",), "unmount": ("mount",), "pause": ("play", "resume", "start"), "deactivate": ("activate",),
    "collapse": ("expand",), "unload": ("load",), "off": ("on",), "detach": ("attach",), "reset": ("start",),
}


_TOGGLES = frozenset({"disable", "pause", "deactivate", "hide", "collapse"})


def begins_again(cls: Class, end: str, function: Function, file: File) -> bool:
    """Whether an object goes on after a method that seems to end it, without what its constructor made: another method
    begins it anew. function: the method that made it."""
    methods = [cls.methods[name] for name in _BEGINS.get(end, ()) if name in cls.methods]
    if end in _TOGGLES and any(m is not function and not _calls(m, function, file) for m in methods):
        return True
    init = next((cls.methods[n] for n in ("constructor", "__init__") if n in cls.methods), None)
    if init is None or not (init is function or _calls(init, function, file)):
        return False
    return any(m is not function and not _calls(m, function, file) for m in methods)


def _calls(method: Function, function: Function, file: File) -> bool:
    return f".{function.name}(" in file.text(method)
