"""A timeout for a request that could wait for ever."""

from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Collection, Constant, Function, Member, Name
from asynccost.javascript.edits.objects import add
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety

_TIMEOUTS = {  # by the package or global that is called: the option that bounds its wait
    "axios": "timeout: 30_000",
    "fetch": "signal: AbortSignal.timeout(30_000)",
    "node-fetch": "signal: AbortSignal.timeout(30_000)",
    "got": "timeout: { request: 30_000 }",
}
_DATA = frozenset({"post", "put", "patch"})  # of axios: the body stands before the options


def fix(finding: Finding, file: File) -> Offer | None:
    """Put the option by which the library bounds a wait among the options of the call."""
    site = next((s for s in file.calls if (s.call.start, s.call.end) == (finding.span.start, finding.span.end)), None)
    option = _TIMEOUTS.get((site.name or "").partition(":")[0].partition(".")[0]) if site is not None else None
    if site is None or option is None or any(a.star for a in site.call.arguments):
        return None
    patch = Patch(script(file), site.call.start)
    if not _put(site, option, patch, file):
        return None
    edits = patch.edits()
    reason = "an answer that takes more than 30 seconds now fails; choose a time that suits the call"
    return Offer(Safety.UNSAFE, reason, lambda: edits)


def _put(site: Site, option: str, patch: Patch, file: File) -> bool:
    row = file.knowledge.table("requests")["no_timeout"].get(_plain(site.name or ""))
    if row is None:
        return False
    call, place = site.call, row["options"]
    given = call.arguments
    if place < 0:
        place = 0 if given and isinstance(given[0].value, Collection) else 1
    if len(given) > place:
        return _among(given[place], option, site.function, patch)
    if len(given) < place and not (_word(site) in _DATA and len(given) == place - 1):
        return False
    text = f"{{ {option} }}"
    if not given:
        patch.insert(call.end - 1, text)
        return True
    missing = "undefined, " * (place - len(given))
    patch.insert(given[-1].end, f", {missing}{text}")
    return True


def _plain(name: str) -> str:
    return name[:-1] + "default" if name.endswith(":*") else name


def _word(site: Site) -> str:
    return site.call.callee.attr if isinstance(site.call.callee, Member) else ""


def _among(argument: Argument, option: str, function: Function, patch: Patch) -> bool:
    value = argument.value
    if isinstance(value, Name):
        scope = binder(value.id, function)
        found = scope.index.bound.get(value.id, []) if scope is not None and scope.index else []
        literal = found[0] if len(found) == 1 else None
        if not isinstance(literal, Collection) or option.startswith("signal"):
            return False  # one signal for several requests would run from the first on
        value = literal
    if isinstance(value, Constant) and value.value is None:
        patch.replace(value.start, value.end, f"{{ {option} }}")
        return True
    if not isinstance(value, Collection) or value.kind != "dict":
        return False
    add(value, option, patch)
    return True
