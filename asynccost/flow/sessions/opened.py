"""Whether one client for many calls would be opened again, or ended by one of those that it is handed to."""

import re

from asynccost.flow.around import above
from asynccost.flow.clients import Client
from asynccost.flow.file import File, Site
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.project import Project
from asynccost.flow.owner import life_of
from asynccost.flow.sessions.recreated import is_test
from asynccost.flow.tree import Call, Member, Node
from asynccost.model import Finding


def opens(file: File, site: Site, client: Client) -> str:
    """The method by which a function opens the client that it builds, where that fails the second time; "" for none."""
    if not client.opens:
        return ""
    held: list[Node] = [site.call, *life_of(file, site.call, site.function, client.close).reads]
    for node in held:
        for up in above(node):
            if isinstance(up, Member) and up.attr in client.opens and _called(up):
                return up.attr
            if not isinstance(up, (Member, Call)) or (isinstance(up, Call) and not isinstance(up.callee, Member)):
                break
    return ""


def _called(member: Member) -> bool:
    return isinstance(member.parent, Call) and member.parent.callee is member


def ender(finding: Finding, project: Project) -> str:
    """A place that ends what a function handed it: one client for all its callers would be gone; "" for none."""
    made = project.names.function(finding.path, finding.pending["start"])
    callers = project.calls.callers(made) if made is not None and finding.pending.get("life") == "returned" else []
    for caller in sorted(callers, key=lambda c: (c.by.file["path"] != finding.path, c.by.place, c.call["start"])):
        if not is_test(caller, project) and _ends(caller, project):
            return f"{caller.by.facts['qualname']}() ({caller.by.file['path']}:{caller.call['line']})"
    return ""


_GIVEN = re.compile(rb"(?<![\w$.])([A-Za-z_$][\w$]*)\s*(?::[^=;\n]*)?=\s*(?:await\s+)?(?:[\w$]+\.)*$")
_END = rb"(?:a?close|closeall|destroy|\$?disconnect|dispose|end|endAsync|quit|shutdown|stop|terminate)"


def _ends(caller: Caller, project: Project) -> bool:
    """`const client = await getClient(); ...; await client.end();`, `with get_session() as session:`."""
    if caller.call["use"] == "with":
        return True
    call, facts = caller.call, caller.by.facts
    if caller.by.file["language"] == "python":
        names = (c["name"].removeprefix(f"{call['name']}().") for c in facts["calls"] if c["start"] > call["start"])
        return any(re.fullmatch(_END, name.encode()) for name in names)
    text = project.code.text(caller.by.file["path"])
    given = _GIVEN.search(text[facts["start"] : call["start"]])
    if given is None:
        return False
    name = re.escape(given[1])
    form = rb"(?<![\w$.])%s[?!]?\.%s\s*\(|\b\w*(?:close|dispose|cleanup|shutdown|disconnect)\w*\(\s*%s\s*\)"
    return re.search(form % (name, _END, name), text[call["end"] : facts["end"]], re.I) is not None
