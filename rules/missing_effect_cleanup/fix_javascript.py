"""missing-effect-cleanup, fixed: the effect returns a function that clears its timer."""

from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.layout import alone_on_its_lines, indent_of, lines_below
from asynccost.flow.leaks import Verdict, verdicts
from asynccost.flow.tree import Do, Function
from asynccost.model import Edit, Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Keep the handle of the effect's one timer, and clear it in a cleanup that the effect returns."""
    mine = [v for v in verdicts(file) if v.sure is not None and v.effect.anchor.start == finding.span.start]
    if len(mine) != 1 or not _plain(mine[0], file):
        return None
    return Offer(
        Safety.SAFE,
        "the cleanup clears only what this effect starts",
        lambda: _edits(file, mine[0]),
    )


def _plain(verdict: Verdict, file: File) -> bool:
    """Whether the set-up makes the call as a statement of its own, and returns nothing."""
    effect, call = verdict.effect, verdict.got.call
    setup, source = effect.setups[0], file.module.source
    up = call.parent
    return (
        effect.returned
        and not effect.wasted
        and not setup.is_async
        and setup.kind in ("arrow", "function")
        and verdict.got.pair.handle == "argument"
        and verdict.got.function is setup
        and setup.index is not None
        and not setup.index.returns
        and isinstance(up, Do)
        and isinstance(up.parent, Function)
        and alone_on_its_lines(source, setup.body[-1].start, setup.body[-1].end, b"//")
    )


def _edits(file: File, verdict: Verdict) -> Iterator[Edit]:
    source, setup, call = file.module.source, verdict.got.function, verdict.got.call
    name = next(n for n in _names(verdict) if n not in setup.bindings)
    last = setup.body[-1]
    indent = indent_of(source, last.start)
    semicolon = ";" if source[last.start : last.end].rstrip().endswith(b";") else ""
    yield Edit(file.path, call.start, call.start, f"const {name} = ")
    text = f"{indent}return () => {verdict.got.pair.release[0]}({name}){semicolon}\n"
    yield lines_below(file.path, source, last.end, text)


def _names(verdict: Verdict) -> Iterator[str]:
    first = verdict.got.pair.what.split()[-1]
    yield from (f"{first}Id", f"{first}Handle")
    yield from (f"{first}Id{n}" for n in range(2, 100))
