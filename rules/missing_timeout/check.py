"""A network call that nobody bounds."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from asynccost.flow.file import File, Site
from asynccost.flow.linked.compared import asserted, compared, expected
from asynccost.flow.linked.limits_elsewhere import bounding, bounds_all, callers_known, ending, missed, outlasted
from asynccost.flow.linked.project import Project, shown_only
from asynccost.flow.linked.replaced import default_timeout, local_name, replacing
from asynccost.flow.linked.socket_limit import rests_on_socket
from asynccost.flow.mentions import speaks_of
from asynccost.flow.sessions.addresses import is_data, on_disk, to_loopback
from asynccost.flow.tree import Argument, Call, Member, Name, Return
from asynccost.flow.waits.late import heard_by, library_of, missing_calls
from asynccost.flow.waits.side import runs_in_node
from asynccost.flow.waits.switched_off import of_request, open_ended, says_none
from asynccost.flow.waits.timeouts import bounded_by, hands_on, in_scope, none_by_default
from asynccost.flow.waits.unawaited import nobody_waits
from asynccost.model import Confidence, Finding, Silence

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_ALIASES = (
    ("requests.sessions.Session()", "requests.Session()"),
    ("requests.session()", "requests.Session()"),
    ("requests.api.", "requests."),
    ("niquests.", "requests."),
)
_SAME = ("niquests", "requests.session")  # whose names stand for those of the table
_MAKES = re.compile(rb"\b[sS]ession\(")  # sessions of its own, which nobody else bounds


def worth(text: "Text") -> bool:
    """Whether a script names a call that waits for ever."""
    return not text.is_test and text.may_name(text.knowledge.table("requests")["no_timeout"])


def check(file: File) -> Iterator[Finding | Silence]:
    """Every call that waits for ever by default, and every timeout that is switched off."""
    tables = file.knowledge.table("requests")
    waits: Mapping[str, Any] = tables["no_timeout"]
    off: Mapping[str, str] = tables["switched_off"]
    for site in file.calls_if(speaks_of(file, {*waits, *off, *_SAME})):
        name = _plain(site.name) if site.name else ""
        if name in waits:
            yield _look(file, site, waits[name])
        elif name in off:
            said = _switched_off(file, site, name, off[name])
            if said is not None:
                yield said
        elif name.endswith(("to_thread", "run_in_executor", "partial")):
            yield from _handed(file, site, waits)


def _plain(name: str) -> str:
    for prefix, plain in _ALIASES:
        if name.startswith(prefix):
            return plain + name[len(prefix) :]
    return name[:-1] + "default" if name.endswith(":*") else name


def _look(file: File, site: Site, row: Mapping[str, Any]) -> Finding | Silence:
    call = site.call
    if (reason := _excused(file, call, site.name)) is not None:
        return file.silence(call, reason)
    if is_data(site):
        return file.silence(call, "its address holds the answer")
    if on_disk(site):
        return file.silence(call, "it reads a file of this machine")
    if (default := none_by_default(file, site, row)) is not None:
        return _by_default(file, site, row, *default)
    if hands_on(file, site):
        message = f"{_title(file, call)}() can wait for ever: {row['says']}, and no caller of {site.function.name}()"
        end = " passes a timeout; one silent peer holds the caller for good"
        sure = _weaker(_confidence(file, call, row))
        found = file.finding(call, message + end, sure, start=site.function.start, callers="needed")
        found.pending.update(_leaves(file, call, row, site.name))
        return found
    if (reason := bounded_by(file, site, row)) is not None:
        return file.silence(call, reason)
    message = f"{_title(file, call)}() can wait for ever: {row['says']}; one silent peer holds the caller for good"
    sure = Confidence.LOW if to_loopback(file, site) else _confidence(file, call, row)
    if file.language == "javascript" and nobody_waits(site):
        sure, message = Confidence.LOW, f"{message} (but nobody waits for it here)"
    if (site.name or "").startswith("http.client.") and isinstance(call.parent, Return):
        sure, message = Confidence.LOW, f"{message} (but it only connects for whoever is handed it, who may bound it)"
    found = file.finding(call, message, sure)
    found.pending.update(_leaves(file, call, row, site.name))
    if file.language == "python" and "keyword" in row:
        handed = _MAKES.search(file.module.source) is None
        found.pending.update(sends=site.name, by=local_name(file, site), handed=handed)
        found.pending["heard"] = [f.start for f in heard_by(call, library_of(site.name), file)[1]]
    elif file.language == "javascript" and site.name:
        found.pending.update(sends=site.name, by="", handed=site.function.kind == "module")
    return found


def _by_default(file: File, site: Site, row: Mapping[str, Any], clause: str, param: str) -> Finding:
    """A timeout that nobody sets: an attribute, a constant or a parameter whose default is None."""
    message = f"{_title(file, site.call)}() can wait for ever: {clause}, and then nothing bounds it"
    message += "; one silent peer holds the caller for good"
    if not param:  # whoever makes the object may set it
        return file.finding(site.call, message, Confidence.LOW)
    sure = _weaker(_confidence(file, site.call, row))
    return file.finding(site.call, message, sure, start=site.function.start, callers="asked")


def _leaves(file: File, call: Call, row: Mapping[str, Any], name: str | None) -> dict[str, bool]:
    """Whether a call leaves its timeout to what holds for all sockets; `timeout=None` does not."""
    bare = _argument(call, row.get("keyword")) is None
    rests = file.language == "python" and name is not None and rests_on_socket(name)
    return {"leaves": True} if bare and rests else {}


def _weaker(sure: Confidence) -> Confidence:
    return Confidence.MEDIUM if sure is Confidence.HIGH else sure


def _confidence(file: File, call: Call, row: Mapping[str, Any]) -> Confidence:
    if file.language == "javascript" and not file.memo(runs_in_node):
        return Confidence.LOW
    given = _argument(call, row.get("keyword"))
    sure = Confidence(row["sure"])
    return Confidence.MEDIUM if given is not None and sure is Confidence.HIGH else sure


def _title(file: File, call: Call) -> str:
    text = file.text(call.callee)
    return text if len(text) <= 60 and "\n" not in text else text.rpartition(".")[2]


def _argument(call: Call, keyword: str | None) -> Argument | None:
    return next((a for a in call.arguments if keyword and a.keyword == keyword), None)


def _excused(file: File, call: Call, name: str | None = None) -> str | None:
    """Why a call is left alone. name: what is called, where it has no timeout of its own."""
    if file.is_test:
        return "it is part of a test"
    if bounds_all(file):
        return "this file sets a timeout for all of its requests"
    if name and rests_on_socket(name) and b"setdefaulttimeout(" in file.module.source:
        return "this file gives every socket a timeout"
    if in_scope(call):
        return "a timeout stands around it"
    return None


def _switched_off(file: File, site: Site, name: str, keyword: str) -> Finding | Silence | None:
    call = site.call
    if not says_none(call, keyword):
        return None
    if (reason := _excused(file, call)) is not None:
        return file.silence(call, reason)
    others = {a.keyword for a in call.arguments} & {"sock_read", "read", "connect", "sock_connect"}
    if name == "aiohttp.ClientTimeout" and others & {"sock_read"}:
        return file.silence(call, "a silent peer is still given up: sock_read bounds each read")
    if name == "httpx.Timeout" and others:
        return None
    if open_ended(file, site.function):
        return file.silence(call, "it waits for a stream, which may stay open")
    message = f"{_title(file, call)}() switches the timeout off: one silent peer holds the caller for good"
    meant = "()." in name or of_request(call)  # on one request somebody thought of it; on a client it holds for all
    sure = Confidence.LOW if meant or others else Confidence.MEDIUM  # who bounds a part has thought of the rest
    return file.finding(call, message, sure)


def _handed(file: File, site: Site, waits: Mapping[str, Any]) -> Iterator[Finding | Silence]:
    """`asyncio.to_thread(requests.get, url)`: the timeout would stand among the other arguments."""
    call = site.call
    first = next((a for a in call.arguments[:2] if isinstance(a.value, (Name, Member))), None)
    name = _plain(file.resolve(first.value, site.function) or "") if first is not None else ""
    row = waits.get(name)
    if first is None or row is None or file.language != "python" or "keyword" not in row:
        return
    if (reason := _excused(file, call, name)) is not None:
        yield file.silence(call, reason)
    elif any(a.keyword == row["keyword"] or a.star for a in call.arguments):
        yield file.silence(call, "it is given a timeout")
    else:
        message = f"{name}() can wait for ever: {row['says']}; one silent peer holds a thread of the pool for good"
        found = file.finding(call, message, _confidence(file, call, row))
        found.pending.update(_leaves(file, call, row, name))
        yield found


def facts(file: File) -> dict[str, Any]:
    """What a test replaces whose arguments it looks at; whether the file makes sessions that have a timeout.

    And what misses a late answer of what it calls.
    """
    bounds = {"bounds": True} if not file.is_test and bounds_all(file) else {}
    late = {} if file.is_test else missing_calls(file)
    return {"asserts": compared(file) if file.is_test else [], **bounds, **({"missed": late} if late else {})}


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Whether callers set a timeout, whether a test would miss it, and what ends its jobs or bounds all sockets."""
    said = _settled(finding, project)
    if isinstance(said, Finding) and said.confidence is not Confidence.LOW and (limit := ending(said, project)):
        said.confidence = Confidence.LOW
        said.message += f" (but {limit})"
    return said


def _settled(finding: Finding, project: Project) -> Finding | Silence:
    """Whether the callers of a function that takes a timeout set one, and whether a test would miss it."""
    if "sends" in finding.pending:
        by = finding.pending["by"]
        if by and (where := replacing(project, finding.path, by)):
            return Silence("", finding.path, finding.span, f"{where} puts something else in the place of {by}")
        if finding.pending["sends"].startswith("axios:") and (setter := default_timeout(project, finding.path)):
            return Silence("", finding.path, finding.span, f"{setter} sets axios.defaults.timeout")
        where = project.memo(bounding)
        if where and finding.pending["handed"] and _plain(finding.pending["sends"]).startswith("requests.Session()"):
            finding.confidence = Confidence.LOW
            finding.message += f" (but {where} makes sessions that have a timeout)"
        looks = asserted if finding.path.endswith(".py") else expected
        if test := looks(project, finding.path, finding.pending["sends"]):
            finding.fix = shown_only(finding.fix, f"{test} compares what the call is given: must it change as well?")
        elif question := missed(finding, project) or outlasted(finding, project):
            finding.fix = shown_only(finding.fix, question)
        return finding
    return _by_callers(finding, project) if "callers" in finding.pending else finding


def _by_callers(finding: Finding, project: Project) -> Finding | Silence:
    needed = finding.pending["callers"] == "needed"
    callers, known = callers_known(finding, project)
    bare = [c for c in known if not c.call["timed"]]
    if not bare:
        if callers and len(known) == len(callers):
            return Silence("", finding.path, finding.span, "its callers pass a timeout")
        if needed:
            return Silence("", finding.path, finding.span, "its callers may pass a timeout")
        finding.confidence = Confidence.LOW
    elif needed and (len(bare) < len(callers)):
        return Silence("", finding.path, finding.span, "its callers may pass a timeout")
    else:
        finding.related = tuple(c.related("this call sets no timeout") for c in bare[:3])
    return finding
