"""A request without a client, where it is sent again and again."""

from collections.abc import Iterator

from asynccost.flow.entries import is_script, seldom
from asynccost.flow.file import File, Site
from asynccost.flow.project import Project
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import Collection, Constant, Expr, Loop, Name, Other
from asynccost.model import Confidence, Finding, Silence


def check(file: File) -> Iterator[Finding | Silence]:
    """Every call that sends a request by itself."""
    table: dict[str, str] = file.knowledge.table("requests")["one_shot"]
    for site in file.calls:
        if site.name in table:
            yield _look(file, site, table[site.name])


def _look(file: File, site: Site, better: str) -> Finding | Silence:
    call, function = site.call, site.function
    if file.is_test:
        return file.silence(call, "it is part of a test")
    if function.is_async and site.name != "aiohttp.request":
        return file.silence(call, "blocking-call speaks of it: it stops the event loop")
    client = f"a {better} that is kept sends it on an open connection"
    if any(a.keyword == "stream" and isinstance(a.value, Constant) and a.value.value is True for a in call.arguments):
        return file.silence(call, "it streams a large answer, beside which a handshake is small")
    loops = work_loops(file, call)
    if loops:
        loop = loops[0]
        header = loop.header_end if isinstance(loop, Loop) else loop.end
        once = file.memo(is_script)
        confidence = Confidence.LOW if once else Confidence.HIGH if _one_host(_address(site)) else Confidence.MEDIUM
        opens = f"opens a connection for one {site.name}(), with its TCP and TLS handshakes"
        message = f"every turn of the loop {opens}: {client}"
        place = file.related((loop.start, header), "every turn of this loop opens another")
        return file.finding(call, message, confidence, related=(place,))
    if function.kind == "module":
        return file.silence(call, "a module's top level runs once")
    message = f"opens a connection for one {site.name}(), with its TCP and TLS handshakes: {client}"
    return file.finding(call, message, Confidence.LOW, start=function.start, rare=_rare(file, site))


def _rare(file: File, site: Site) -> str:
    """Why a request is hardly sent often, or why a session would not help."""
    address, function = _address(site), site.function
    if isinstance(address, Name) and site.name and not site.name.startswith("httpx") and not address.id.isupper():
        values = function.index.bound.get(address.id, [None]) if function.index else [None]
        if None in values:
            return "any host"
    if not [p for p in function.params if p.name not in ("self", "cls")] and isinstance(address, Constant):
        return "fixed"
    return seldom(file, function) or ""


def _address(site: Site) -> Expr | None:
    place = 1 if site.name and site.name.endswith("request") else 0
    for at, argument in enumerate(site.call.arguments):
        if argument.keyword == "url" or (argument.keyword is None and at == place):
            return argument.value
    return None


def _one_host(address: Expr | None) -> bool:
    """Whether an address begins with something that stays the same."""
    if isinstance(address, (Other, Collection)):
        parts = address.parts if isinstance(address, Other) else address.items
        return bool(parts) and isinstance(parts[0], (Constant, Name)) and _one_host(parts[0])
    return isinstance(address, Constant) or (isinstance(address, Name) and address.id.isupper())


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Answer how often the function runs."""
    made = project.function(finding.path, finding.pending["start"])
    heat = project.heat(made) if made else None
    if made is None or heat is None or heat.hot is None:
        finding.message = "a call " + finding.message
        return finding
    if not heat.hot:
        return Silence("", finding.path, finding.span, heat.reason)
    name = made.facts["qualname"].rpartition("<locals>.")[2]
    finding.message = f"every call of {name}() ({heat.reason}) {finding.message}"
    finding.related = heat.chain
    if not finding.pending["rare"]:
        finding.confidence = Confidence.MEDIUM
    return finding
