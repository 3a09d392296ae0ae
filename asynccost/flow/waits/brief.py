"""Requests that nothing depends on: their failures are swallowed, so that nobody should wait long for them.

Telemetry whose answer nobody reads, a look for a newer version, what a module asks while it is imported.
"""

import re

from asynccost.flow.around import above, use_of
from asynccost.flow.file import File, Site
from asynccost.flow.reach import within
from asynccost.flow.tree import Argument, Assign, Call, Closure, Handler, Member, Name, Node, Raise, Try
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

SOON, BRIEF = 5, 10  # seconds: for what nobody reads, and for what is read and can be done without

_TELEMETRY = re.compile(
    r"telemetry|analytics|heartbeat|beacon|posthog|mixpanel|amplitude|matomo|plausible|umami|scarf|phone home"
    r"|(?:usage|anonymous|install\w*) (?:stats?|statistics|data|reports?|info)|(?<![a-z])track(?:ing)?(?![a-z])"
    r"|(?<![a-z])(?:loki|statsd)(?![a-z])"
)
_NEWER = re.compile(r"(?<![a-z])(?:versions?|updates?|upgrades?|releases?|outdated|newer)(?![a-z])")
_ALL = re.compile(r"\b(?:Base)?Exception\b|\bRequestException\b|\bURLError\b|\bHTTPError\b")
_SILENT = re.compile(r":\s*(?:#[^\n]*\s*)*(?:pass|continue|return(?: None)?)\s*$|\{\s*(?://[^\n]*\s*)*\}\s*$")
_HOW_IT_WENT = frozenset({"ok", "status", "status_code", "statusText", "reason", "raise_for_status", "close"})
_LOGS = frozenset({"print", "console", "logger", "logging", "log", "_logger", "LOGGER", "LOG"})


def brief(site: Site, file: File) -> int:
    """How many seconds are enough for what the code does well without; 0 where nothing says that it does."""
    handler = _swallower(site.call, file)
    if handler is None:
        return 0
    about = _plain(f"{file.path.rpartition('/')[2]} {site.function.qualname} {file.text(site.call)}")
    if _TELEMETRY.search(about) and _unread(site, file):
        return SOON
    at_import = site.function.kind == "module" and "__main__" not in file.module.source.decode("utf-8", "replace")
    looks = _NEWER.search(_plain(site.function.name)) is not None
    return BRIEF if at_import or looks or _SILENT.search(file.text(handler)) else 0


def _plain(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-]", " ", text).lower()


def _swallower(call: Call, file: File) -> Node | None:
    """What catches whatever fails in a request and goes on: a handler, or the function that `.catch()` is given."""
    below: Node = call
    for up in above(call):
        if isinstance(up, Call) and isinstance(up.callee, Member) and up.callee.attr == "catch" and up.callee is below:
            given = up.arguments[0].value if up.arguments else None
            if isinstance(given, Closure) and not any(isinstance(n, Raise) for n in walk(*given.function.body)):
                return given
        if isinstance(up, Try) and any(s.start <= call.start < s.end for s in up.body):
            return _swallowing(up.handlers, file)
        below = up
    return None


def _swallowing(handlers: list[Handler], file: File) -> Handler | None:
    for handler in handlers:
        if handler.types is None or _ALL.search(file.text(handler.types)):
            return None if any(isinstance(n, Raise) for n in walk(*handler.body)) else handler
    return None


def _unread(site: Site, file: File) -> bool:
    """Whether of an answer nothing is read but how it went."""
    use = use_of(site.call)
    if use.kind == "receiver" and isinstance(use.node, Member) and use.node.attr in {*_HOW_IT_WENT, "catch", "then"}:
        return use.node.attr != "then"
    if not isinstance(use.node, Assign):
        return use.kind == "dropped"
    name = use.node.targets[0] if len(use.node.targets) == 1 else None
    if not isinstance(name, Name):
        return False
    read = [n for f in within(site.function, file) for n in (f.index.names if f.index else ()) if n.id == name.id]
    return all(_of_no_weight(n) for n in read if n is not name)


def _of_no_weight(name: Name) -> bool:
    up = name.parent
    logged = any(
        isinstance(a, Argument) and isinstance(a.parent, Call) and _LOGS & set(chain(a.parent.callee)[:1])
        for a in above(name)
    )
    return logged or (isinstance(up, Member) and up.attr in _HOW_IT_WENT)
