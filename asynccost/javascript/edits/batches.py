"""Fan-outs in batches: `await Promise.all(batch.map(work))` in a loop over slices of a list."""

from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.sources import AT_ONCE, Source


def in_batches(
    source: Source, work: str, patch: Patch, indent: str, start: str, batch: str, *, method: str = "all", out: str = ""
) -> str:
    """The loop, as text for a statement at `indent`; `out`: the array that takes the results."""
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
