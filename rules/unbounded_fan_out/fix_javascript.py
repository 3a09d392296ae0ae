"""A fan-out over a list that nobody bounds goes through it in batches."""

from asynccost.flow.file import File, Site
from asynccost.flow.tree import Assign, Await, Call, Closure, Do, Member, Name, Return
from asynccost.javascript.edits.names import fresh, inner
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.sources import AT_ONCE, Source, source_of
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """`Promise.all(items.map(work))` -> a loop over slices, the results in the order of the items."""
    site = next((s for s in file.calls if (s.call.start, s.call.end) == (finding.span.start, finding.span.end)), None)
    if site is None or site.name not in ("Promise.all", "Promise.allSettled") or len(site.call.arguments) != 1:
        return None
    mapped = site.call.arguments[0].value
    if not isinstance(mapped, Call) or not isinstance(mapped.callee, Member) or mapped.callee.attr != "map":
        return None
    work = mapped.arguments[0].value if len(mapped.arguments) == 1 else None
    if not isinstance(work, Closure) or len(work.function.params) > 1 or not site.function.is_async:
        return None
    return _offer(file, site, mapped.callee, work)


def _offer(file: File, site: Site, mapped: Member, work: Closure) -> Offer | None:
    holder = site.call.parent if isinstance(site.call.parent, Await) else site.call
    up = holder.parent
    patch = Patch(script(file), site.call.start)
    tree = patch.script
    statement = tree.statement(site.call)
    indent = tree.indent(statement.start_byte)
    if not tree.starts_line(statement.start_byte) or "\n" in tree.text((statement.start_byte, holder.start)):
        return None
    source, results = _source(file, site, mapped, patch), fresh("results", site.function, file)
    start, batch = (inner(word, tree.text(statement)) for word in ("start", "batch"))
    out, before, after = "", "", ""
    if isinstance(up, Assign) and isinstance(holder, Await) and isinstance(up.targets[0], Name):
        if up.declares not in ("const", "let") or statement.named_child_count != 1:
            return None
        out = up.targets[0].id
        before = f"{tree.text((statement.start_byte, holder.start))}[]{patch.semi}\n{indent}"
    elif isinstance(up, Return) and up.end != site.function.end:
        out = results
        before = f"const {results} = []{patch.semi}\n{indent}"
        after = f"\n{indent}return {results}{patch.semi}"
    elif not isinstance(up, Do) or not isinstance(holder, Await):
        return None
    method = "all" if site.name == "Promise.all" else "allSettled"
    text = patch.within(work.start, work.end, tree.shift(work.start, indent + tree.unit))
    loop = _in_batches(source, text, patch, indent, start, batch, method, out)
    patch.replace(statement.start_byte, statement.end_byte, f"{before}{loop}{after}")
    edits = patch.edits()
    late = ", and not at all once one has failed" if method == "all" else ""
    reason = f"{AT_ONCE} run side by side instead of all: the rest starts later{late}"
    asked = "how many at once does what is called bear?"
    return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)


def _source(file: File, site: Site, mapped: Member, patch: Patch) -> Source:
    made = source_of(mapped.value, site.function, file, patch, fresh("items", site.function, file))
    if isinstance(mapped.value, (Name, Member)):
        return made
    name, tree, start = fresh("items", site.function, file), patch.script, mapped.value.start
    text = patch.within(start, mapped.value.end, tree.shift(start, tree.indent(tree.statement(site.call).start_byte)))
    return Source(name, f"const {name} = {text}{patch.semi}", False)


def _in_batches(
    source: Source, work: str, patch: Patch, indent: str, start: str, batch: str, method: str, out: str
) -> str:
    """The loop over slices, as text for a statement at `indent`; `out`: the array that takes the results."""
    semi, unit = patch.semi, patch.script.unit
    call = f"await Promise.{method}({batch}.map({work}))"
    lines = [
        f"for (let {start} = 0; {start} < {source.text}.length; {start} += {AT_ONCE}) {{",
        f"{unit}const {batch} = {source.text}.slice({start}, {start} + {AT_ONCE}){semi}",
        f"{unit}{out}.push(...({call})){semi}" if out else f"{unit}{call}{semi}",
        "}",
    ]
    before = [source.before] if source.before else []
    return f"\n{indent}".join([*before, *lines])
