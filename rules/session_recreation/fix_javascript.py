"""A client that is built once: by the component, or by the module when it is first asked for."""

from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.owner import life_of
from asynccost.flow.scopes import scopes
from asynccost.flow.sessions.alike import one_for_all
from asynccost.flow.sessions.opened import opens
from asynccost.flow.tree import Assign, Function, If, Member, Name, Node, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.outlasting import before_loop, unclosed
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.shared_client import in_module, in_place
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Hoist a client whose arguments are the same for every call."""
    for site, client in built(file):
        if (site.call.start, site.call.end) == (finding.span.start, finding.span.end):
            try:
                return _offer(file, site, client)
            except UnfixableError:
                return None
    return None


def _offer(file: File, site: Site, client: Client) -> Offer | None:
    life = life_of(file, site.call, site.function, client.close)
    if not one_for_all(site, life):
        return None
    patch = Patch(script(file), site.call.start)
    component, asked = _component(site.function), ""
    if component is site.function and life.kind == "local":
        _in_component(file, site, patch)
        if any(s.start < site.call.start and _may_leave(s) for s in site.function.body):
            raise UnfixableError  # a hook behind a way out is not called in each render
        reason = "the component builds it once and keeps it for as long as it is shown"
    elif life.kind == "local" and before_loop(site, life, patch):
        reason = "it is built once, before the loop, and closed behind it: its turns share connections and state"
    else:
        unclosed(life, patch)
        in_module(file, site, client, patch)
        reason = f"one {client.short} serves every call: connections and state are shared, and nothing closes it"
        asked = _asked(file, site, life, patch)
    edits = patch.edits()
    if opened := opens(file, site, client):
        asked = f"each use calls {opened}(), which fails when it is open: who opens it once, and who ends it?"
    elif life.kind == "returned" and life.closed:
        asked = f"{site.function.name}() ends it on one of its ways: who ends the one of all?"
    if asked:
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)


_MAKES = {("create",), ("make",), ("new",), ("build",)}
_LOOKS_FOR = frozenset({"connectivity", "ping", "reachable", "online", "probe"})


def _asked(file: File, site: Site, life: Life, patch: Patch) -> str:
    """What only somebody who knows the code can say of one client for all calls; "" where nothing is asked."""
    name, said = site.function.name, words(site.function.name)
    if life.kind == "returned" and said[:1] in _MAKES:
        return f"{name}() makes one for each call, by its name: may its callers share one?"
    made = site.call.callee
    if any(s.name == site.name and s.call is not site.call for s in file.calls_of(site.function)):
        return f"{name}() makes {file.text(made)} elsewhere as well: is each to be kept, by what it is made with?"
    if not _LOOKS_FOR.isdisjoint((*said, *words(site.function.qualname.partition(".")[0]))):
        return f"is a new connection what {name}() tries?"
    if patch.script.typed and not in_place(file, site) and (checked := _checked(site, patch)):
        return f"what makes it does not see that {checked} has been looked at: what if it is not set?"
    return ""


# -------------------------------------------------------------------- component


def _component(function: Function) -> Function | None:
    """The component that a client is built in, as its name has it."""
    named = (one for one in scopes(function) if one.owner is None and one.name[:1].isupper())
    return next((one for one in named if one.kind in ("function", "arrow") and not one.is_async), None)


def _may_leave(statement: Node) -> bool:
    """`if (!ready) return <Loading />;`"""
    return isinstance(statement, If) and any(isinstance(n, Return) for n in walk(statement))


def _in_component(file: File, site: Site, patch: Patch) -> None:
    """`const [client] = useState(() => new Client())`."""
    made = site.call.parent
    use = imported("useState", "react", file, patch)
    if use is None or not isinstance(made, Assign) or not isinstance(made.targets[0], Name):
        raise UnfixableError
    if patch.script.typed and made.annotation is not None:
        raise UnfixableError
    target = made.targets[0]
    patch.replace(target.start, target.end, f"[{target.id}]")
    patch.insert(site.call.start, f"{use}(() => ")
    patch.insert(site.call.end, ")")


def _checked(site: Site, patch: Patch) -> str:
    """What a client is made of that an `if` has looked at before, as TypeScript knows; "" where there is nothing."""
    tests = (n.test for n in walk(*site.function.body) if isinstance(n, If) and n.start < site.call.start)
    looked, made_of = _members(patch, *tests), _members(patch, *(a.value for a in site.call.arguments))
    return min(made_of & looked, default="")


def _members(patch: Patch, *roots: Node) -> set[str]:
    whole = (n for n in walk(*roots) if isinstance(n, Member) and not isinstance(n.parent, Member))
    return {patch.script.text(n) for n in whole}
