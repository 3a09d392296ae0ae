"""What the whole project says of a fix that one file offered."""

from asynccost.model import Fix, Safety


def shown_only(fix: Fix | None, question: str) -> Fix | None:
    """A fix that is not applied before somebody has answered a question."""
    if fix is None or fix.safety is Safety.DISPLAY_ONLY:
        return fix
    return Fix(Safety.DISPLAY_ONLY, f"{fix.reason}; {question}", fix.edits)
