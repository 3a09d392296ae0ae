"""Independent awaits wait together: one `await Promise.all([...])`, the targets in one pattern."""

from asynccost.flow.file import File
from asynccost.flow.loops.depend import blocks
from asynccost.flow.loops.in_turn import question
from asynccost.flow.tree import Closure, Do, Function, Node
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.patch import Patch
from asynccost.javascript.edits.script import script
from asynccost.javascript.edits.together import Together
from asynccost.model import Finding, Offer, Safety


def fix(finding: Finding, file: File) -> Offer | None:
    """Join exactly the statements of the finding."""
    for function in file.functions:
        for block in blocks(function) if function.start <= finding.span.start else ():
            run = [s for s in block if finding.span.start <= s.start and s.end <= finding.span.end]
            if len(run) > 1 and (run[0].start, run[-1].end) == (finding.span.start, finding.span.end):
                return _offer(run, function, file)
    return None


def _offer(run: list[Node], function: Function, file: File) -> Offer | None:
    patch = Patch(script(file), run[0].start)
    try:
        Together(run, function, file, patch).join()
    except UnfixableError:
        return None
    edits = patch.edits()
    reason = "they start together: when one fails the others go on, and only the first failure is seen"
    if any(isinstance(s, Do) and any(isinstance(n, Closure) for n in walk(s)) for s in run):
        reason = f"{reason}; does what follows rely on what a callback among them leaves?"
        return Offer(Safety.DISPLAY_ONLY, reason, lambda: edits)
    if asked := question(run, function, file):
        return Offer(Safety.DISPLAY_ONLY, f"{reason}; {asked}", lambda: edits)
    return Offer(Safety.UNSAFE, reason, lambda: edits)
