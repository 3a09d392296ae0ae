"""What can stop asynccost before it has an answer; each is printed as one sentence, exit code 2.

AsynccostError
+-- SettingsError     a configuration file, variable or option says something that cannot be
|   +-- RuleError     a rule or family that does not exist
+-- PathError         a path that does not exist or cannot be read
+-- ResultError       a results file that is not one of ours
+-- BaselineError     a baseline file that cannot be read as one
+-- GitError          a question to git that it cannot answer; the text names the command that helps
+-- DemoError         a step of the demo that did not end as it should

Beside the tree, because it stops a program under the probe and not asynccost:

CostLimitExceeded     a model call that was not made, since those before it had cost what the user allowed
"""

from collections.abc import Iterable


class AsynccostError(Exception):
    """Root of the tree above; its text is one sentence for the user."""


class SettingsError(AsynccostError):
    """A setting that cannot be used; the text names where it stands."""


class RuleError(SettingsError):
    """A rule or family of rules that does not exist."""


class PathError(AsynccostError):
    """A path that does not exist or cannot be read or written."""


class ResultError(AsynccostError):
    """A file given as a result of asynccost that is none."""


class BaselineError(AsynccostError):
    """A baseline that cannot be read as one; the text names file and line."""


class GitError(AsynccostError):
    """A question that git cannot answer here; the text says which command helps."""


class DemoError(AsynccostError):
    """A step of the demo that did not end as it should; the text names the step and the folder."""


class CostLimitExceeded(BaseException):
    """A model call that was not made: those before it had cost as much as `--max-cost-per-run` or `probe()` allows.

    No `Exception`, as `KeyboardInterrupt` is none: an SDK that retries on any exception must not try again, nor an
    agent take it for a tool that failed. limit, spent: US dollars; where: the line that was about to make the call.
    """

    def __init__(self, message: str, limit: float, spent: float, where: str) -> None:
        """Carry the figures of the message."""
        super().__init__(message)
        self.limit, self.spent, self.where = limit, spent, where

    def __reduce__(self) -> tuple[object, ...]:
        """It comes back whole from a worker process."""
        return type(self), (self.args[0], self.limit, self.spent, self.where)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "..."?` for the known word closest to this one, or nothing."""
    from difflib import get_close_matches  # only once something is wrong

    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""
