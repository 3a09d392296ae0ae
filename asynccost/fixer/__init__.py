"""Findings in, source out: safe rewrites, made in rounds until nothing is left to do, checked and undone if they fail.

    proposals.py   what the rules offer for findings, as edits of one file
    choosing.py    which of them can be made at once
    rounds.py      make them, look again, undo what did not help, until nothing is left to do
    writing.py     files replaced whole
    patch.py       the changes as a patch that `git apply` takes
    checkout.py    is the git tree clean; a copy of it to try fixes in
    verify.py      keep only the fixes that a command accepts
    showing.py     the edits of fixes that are shown, not made

Offsets count in decoded sources until `asynccost.files.splice` maps them to bytes on disk.
"""

from asynccost.fixer.rounds import fix
from asynccost.fixer.task import Left, Outcome, Place, Task

__all__ = ["Left", "Outcome", "Place", "Task", "fix"]
