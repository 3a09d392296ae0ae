"""A client that is built once: by the component, or by the module when it is first asked for."""

import re
from typing import TYPE_CHECKING

from asynccost.flow.around import above
from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.owner import life_of
from asynccost.flow.reach import binder
from asynccost.flow.sessions.opened import opens
from asynccost.flow.tree import Assign, Await, Call, Closure, Do, Expr, Function, If, Loop, Member, Name, Node, Return
from asynccost.flow.walk import walk
from asynccost.flow.words import words
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.imports import imported
from asynccost.javascript.edits.names import camel
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.model import Finding, Offer, Safety

if TYPE_CHECKING:
    from asynccost.javascript.edits.script import Cst


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
    if not _one_for_all(site, life):
        return None
    patch = Patch(script(file), site.call.start)
    component, asked = _component(site.function), ""
    if component is site.function and life.kind == "local":
        _in_component(file, site, patch)
        if any(s.start < site.call.start and _may_leave(s) for s in site.function.body):
            raise UnfixableError  # a hook behind a way out is not called in each render
        reason = "the component builds it once and keeps it for as long as it is shown"
    elif life.kind == "local" and _before_loop(site, life, patch):
        reason = "it is built once, before the loop, and closed behind it: its turns share connections and state"
    else:
        _unclosed(life, patch)
        _in_module(file, site, client, patch)
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


def _one_for_all(site: Site, life: Life) -> bool:
    """Whether a client could serve every call: it is nobody's yet, and made of what is the same for each."""
    free = life.kind in ("local", "temporary", "returned")
    return free and all(_constant(a.value, site.function) for a in site.call.arguments)


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
    if patch.script.typed and not _in_place(file, site) and (checked := _checked(site, patch)):
        return f"what makes it does not see that {checked} has been looked at: what if it is not set?"
    return ""


# -------------------------------------------------------------------- arguments


def _constant(expr: Expr, function: Function) -> bool:
    """Whether an expression is the same for every call: literals, the environment, names of the module."""
    for node in walk(expr):
        if isinstance(node, (Await, Closure)):
            return False
        if isinstance(node, Call) and not _of_environment(node):
            return False
        if isinstance(node, Name) and (node.id == "this" or _local(node.id, function)):
            return False
    return True


def _of_environment(call: Call) -> bool:
    """`Number(process.env.PORT)` and the like."""
    return isinstance(call.callee, Name) and call.callee.id in ("Number", "String", "parseInt", "Boolean", "URL")


def _local(name: str, function: Function) -> bool:
    scope = binder(name, function)
    if scope is None or scope.kind != "module":
        return scope is not None
    return scope.index is not None and len(scope.index.bound.get(name, [])) > 1


# -------------------------------------------------------------------- component


def _component(function: Function) -> Function | None:
    here: Function | None = function
    while here is not None:
        if here.owner is None and here.name[:1].isupper() and here.kind in ("function", "arrow") and not here.is_async:
            return here
        here = here.scope
    return None


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


# ------------------------------------------------------------------------- loop


def _before_loop(site: Site, life: Life, patch: Patch) -> bool:
    """Move what a turn builds before its loop, and what closes it behind; False where there is no such loop."""
    loop = next((up for up in above(site.call) if isinstance(up, Loop)), None)
    made = site.call.parent
    if loop is None or not isinstance(made, Assign) or not any(s is made for s in loop.body):
        return False
    targets = [t for s in loop.body if isinstance(s, Assign) for t in s.targets]
    inside = {n.id for n in walk(*targets) if isinstance(n, Name)}
    inside |= {n.id for n in walk(loop.target, *loop.setup) if isinstance(n, Name)}
    target = made.targets[0]
    if not isinstance(target, Name) or any(isinstance(n, Name) and n.id in inside - {target.id} for n in walk(made)):
        return False
    tree = patch.script
    statement, whole = tree.statement(made), tree.statement(loop)
    closing = [tree.text(tree.statement(c)) for c in life.closed]
    _unclosed(life, patch)
    _gone(statement, patch)
    patch.before(whole, tree.flat(statement))
    patch.after(whole, *dict.fromkeys(closing))
    return True


def _gone(statement: "Cst", patch: Patch) -> None:
    """Take a statement out with its line."""
    tree = patch.script
    behind = tree.text((statement.end_byte, tree.line_end(statement.end_byte)))
    if not tree.starts_line(statement.start_byte) or behind:
        raise UnfixableError
    end = tree.source.find(b"\n", statement.end_byte) + 1
    patch.replace(tree.line_start(statement.start_byte), end or len(tree.source), "")


# ----------------------------------------------------------------------- module


def _unclosed(life: Life, patch: Patch) -> None:
    """The calls that close it each time go: it serves the next call as well."""
    tree = patch.script
    for call in life.closed:
        up = call.parent
        if isinstance(up, Await):
            up = up.parent
        if not isinstance(up, Do):
            raise UnfixableError
        statement = tree.statement(call)
        around = statement.parent
        if around is None or around.type != "statement_block" or around.named_child_count < 2:
            raise UnfixableError
        _gone(statement, patch)


def _alike(file: File, site: Site) -> list[Site]:
    """The calls of a file that build the same client of the same and could share it, with the one asked for."""
    key = _key(file, site)
    found = [s for s, c in built(file) if _key(file, s) == key and (s is site or _could_share(file, s, c))]
    return sorted(found, key=lambda s: s.call.start)


def _could_share(file: File, site: Site, client: Client) -> bool:
    return _one_for_all(site, life_of(file, site.call, site.function, client.close))


def _key(file: File, site: Site) -> tuple[str | None, list[str]]:
    return site.name, file.text(site.call).split()


def _names(file: File, site: Site, client: Client) -> tuple[str, str]:
    """What keeps it and what makes it: names that neither the file has nor another client before it is given."""
    used = file.module.top.bindings | set(file.module.imports)
    used |= {n.id for f in file.functions if f.index for n in f.index.names}
    key, before = _key(file, site), []
    for other, kind in sorted(built(file), key=lambda row: row[0].call.start):
        mine = _key(file, other)
        if other.call.start >= site.call.start:
            break
        if mine != key and mine not in before and _could_share(file, other, kind):
            before.append(mine)
            used |= set(_free(_name(other), kind, used))
    return _free(_name(site), client, used)


def _free(base: str, client: Client, used: set[str]) -> tuple[str, str]:
    shared, maker = f"shared{base}", f"create{base}"
    if shared in used or maker in used:
        base = camel("the", client.short).removeprefix("the")
        shared, maker = f"shared{base}", f"create{base}"
    number = 2
    while shared in used or maker in used:
        shared, maker, number = f"shared{base}{number}", f"create{base}{number}", number + 1
    return shared, maker


def _in_place(file: File, site: Site) -> bool:
    """Whether a client is still made where it was, if there is none yet: no function of its own is needed for one."""
    return site.call.new and len(_alike(file, site)) == 1


def _checked(site: Site, patch: Patch) -> str:
    """What a client is made of that an `if` has looked at before, as TypeScript knows; "" where there is nothing."""
    tests = (n.test for n in walk(*site.function.body) if isinstance(n, If) and n.start < site.call.start)
    looked, made_of = _members(patch, *tests), _members(patch, *(a.value for a in site.call.arguments))
    return min(made_of & looked, default="")


def _members(patch: Patch, *roots: Node) -> set[str]:
    whole = (n for n in walk(*roots) if isinstance(n, Member) and not isinstance(n.parent, Member))
    return {patch.script.text(n) for n in whole}


def _in_module(file: File, site: Site, client: Client, patch: Patch) -> None:
    """A function that builds it and a variable that keeps it, before the code that asks for it."""
    tree, call, semi = patch.script, site.call, patch.semi
    known = _known(file, tree.text(call))
    if known is not None:
        patch.replace(call.start, call.end, f"({known[0]} ??= {known[1]}())")
        return
    alike = _alike(file, site)
    first = alike[0].call  # what is written for all of them is the same, whichever is fixed first
    shared, maker = _names(file, alike[0], client)
    at = min(_place(one, patch) for one in alike)
    text, indent = tree.text(first), tree.indent(first.start)
    if (site.name or "").endswith("Agent") and all(_literal(a.value) for a in call.arguments):
        # it opens nothing before the first request, so that nothing is gained by making it late
        patch.insert(at, f"const {shared} = {tree.flat(first)}{semi}\n\n")
        patch.replace(call.start, call.end, shared)
        return
    if _in_place(file, site):
        kind = tree.text((call.callee.start, call.callee.end))
        note = f": {kind} | undefined" if tree.typed else ""
        patch.insert(at, f"let {shared}{note}{semi}\n\n")
        patch.insert(call.start, f"({shared} ??= ")
        patch.insert(call.end, ")")
        return
    lines = [line.removeprefix(indent) for line in text.split("\n")]
    note = f": ReturnType<typeof {maker}> | undefined" if tree.typed else ""
    made = f"const {maker} = () => " + "\n".join(lines) + f"{semi}\nlet {shared}{note}{semi}\n\n"
    patch.insert(at, made)
    patch.replace(call.start, call.end, f"({shared} ??= {maker}())")


def _literal(expr: Expr) -> bool:
    return not any(isinstance(n, (Await, Call, Closure, Name)) for n in walk(expr))


def _known(file: File, text: str) -> tuple[str, str] | None:
    """What keeps the very same client in this module already."""
    source = file.module.source.decode("utf-8", "replace")
    made = r"\s*".join(map(re.escape, text.split()))
    found = re.search(rf"const (create\w+) = \(\) => {made};?\s*let (shared\w+)", source)
    return (found[2], found[1]) if found else None


def _name(site: Site) -> str:
    """A base for names: the variable that takes it, else its class."""
    up: object = site.call.parent
    if isinstance(up, Assign) and isinstance(up.targets[0], Name):
        name = up.targets[0].id
    else:
        callee = site.call.callee
        name = callee.attr if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else "client"
        name = name.removeprefix("create")
    return f"{name[:1].upper()}{name[1:]}"


def _place(site: Site, patch: Patch) -> int:
    """The start of the line of the statement of the module that the call stands in, its comments included."""
    tree = patch.script
    node = tree.statement(site.call)
    while node.parent is not None and node.parent.type != "program":
        node = node.parent
    while node.prev_named_sibling is not None and node.prev_named_sibling.type == "comment":
        before = node.prev_named_sibling
        if before.end_point[0] + 1 != node.start_point[0] or not tree.starts_line(before.start_byte):
            break
        node = before
    if not tree.starts_line(node.start_byte):
        raise UnfixableError
    return tree.line_start(node.start_byte)


