"""Keeps only the fixes that a command accepts: it is run in a copy of the checkout, without and with them.

Before it is trusted, every module that would be changed is made to raise: a command that passes even then does
not look at the copy. Which fix it does not accept is found by bisection; then the rest is tried again.
"""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from time import monotonic

from asynccost.config.config_file import git_root
from asynccost.errors import AsynccostError
from asynccost.fixer.checkout import copy
from asynccost.fixer.rounds import fix
from asynccost.fixer.task import Outcome, Place, Task

_PATIENCE = 5  # times as long as without fixes, and a minute, until a run counts as hanging
_RAISES = {
    "python": 'raise RuntimeError("asynccost --verify: does the command run this?")\n',
    "javascript": 'throw new Error("asynccost --verify: does the command run this?");\n',
}
_MOST = 200  # characters of a line that are shown
_FAILED = re.compile(r"(?:FAILED|ERROR) \S+::\S+.*")  # pytest's short summary
_ERROR = re.compile(r"(?:[\w.]*(?:Error|Exception)\b(?:: .*)?|not ok \d+ .*|# Subtest: .*fail.*|✖ .*|✘ .*|× .*|● .*)")


class VerifyError(AsynccostError):
    """A command that cannot tell whether fixes are right; nothing was changed."""


@dataclass(slots=True, frozen=True)
class _Run:
    """How a command ended: nothing where it passed, else a clause; and how long it took, in seconds."""

    failed: str
    seconds: float


def verified(task: Task, command: str, say: Callable[[str], None]) -> Outcome:
    """The outcome with those fixes alone that the command accepts. `say` is told of every run."""
    outcome = fix(task)
    if not outcome.after:
        return outcome
    with copy(task.settings.root) as top:
        trial = _Trial(task, command, top, say)
        trial.trust(outcome)
        return trial.accepted(outcome)


class _Trial:
    def __init__(self, task: Task, command: str, top: str, say: Callable[[str], None]) -> None:
        self.task = task
        self.command = command
        self.top = top
        self.folder = self._copied(task.settings.root)
        here = os.getcwd()
        self.cwd = self._copied(here) if git_root(here) == git_root(task.settings.root) else self.folder
        self.say = say
        self.languages = {s.path: s.language for s in task.sources}
        self.limit: float | None = None
        self.written: dict[str, bytes] = {}

    # -------------------------------------------------------------------- trust

    def trust(self, outcome: Outcome) -> None:
        """Raise VerifyError unless the command passes without fixes and fails when what they change raises."""
        self.say(f"`{self.command}`, in a copy of the checkout:")
        plain = self._run({}, outcome, "without fixes")
        if plain.failed:
            raise VerifyError(
                f"`{self.command}` {plain.failed} before anything is fixed, so it cannot judge fixes (the copy lacks"
                " what git ignores, but for node_modules and virtual environments: does the command need more of it?)"
            )
        self.limit = _PATIENCE * plain.seconds + 60
        raising = {path: self._raising(path, data) for path, data in outcome.before.items()}
        if not self._run(raising, outcome, "with every module that fixes change made to raise").failed:
            raise VerifyError(
                f"`{self.command}` passes even when what would be fixed raises: it does not exercise the copy"
                " (it may run an editable install, or none of these files), so it cannot judge fixes"
            )

    def _raising(self, path: str, data: bytes) -> bytes:
        text = _RAISES[self.languages[path]]
        if path.endswith((".vue", ".svelte")):
            text = f"<script>\n{text}</script>\n"
        return text.encode() if data else data

    # ---------------------------------------------------------------- bisection

    def accepted(self, outcome: Outcome) -> Outcome:
        """Leave out what the command does not accept until it passes."""
        without: dict[Place, str] = {}
        places = list(dict.fromkeys(place for place, _ in outcome.fixed))
        good = 0  # the command passes with the first `good` of `places`
        while outcome.after:
            run = self._run(outcome.after, outcome, "with 1 fix" if len(places) == 1 else f"with {len(places)} fixes")
            if not run.failed:
                break
            if good == 0 and (plain := self._run({}, outcome, "without fixes, once more")).failed:
                raise VerifyError(f"`{self.command}` passed without fixes, but {plain.failed} now: it is not stable")
            good, why = self._first_bad(places, good, run.failed, without)
            without[places.pop(good)] = f"`{self.command}` {why} with it"
            outcome = self._without(without)
        return outcome

    def _first_bad(
        self, places: Sequence[Place], good: int, why: str, without: Mapping[Place, str]
    ) -> tuple[int, str]:
        """The index of the first fix with which the command fails, those before it being made; and how it fails."""
        bad = len(places)
        while bad - good > 1:
            middle = (good + bad) // 2
            outcome = self._without({**without, **dict.fromkeys(places[middle:], "")})
            first = "first" if middle == 1 else f"first {middle}"
            run = self._run(outcome.after, outcome, f"with the {first} of {len(places)} fixes")
            if run.failed:
                bad, why = middle, run.failed
            else:
                good = middle
        return good, why

    def _without(self, without: Mapping[Place, str]) -> Outcome:
        return fix(replace(self.task, without={**self.task.without, **without}))

    def _copied(self, folder: str) -> str:
        """Where a folder of the checkout is in the copy."""
        return os.path.normpath(os.path.join(self.top, os.path.relpath(folder, git_root(folder) or folder)))

    # --------------------------------------------------------------------- runs

    def _run(self, changed: Mapping[str, bytes], outcome: Outcome, what: str) -> _Run:
        """Run the command on the copy with these files changed and all others as they were."""
        for path in self.written.keys() - changed.keys():
            self._put(path, self.written.pop(path))
        for path, data in changed.items():
            self.written.setdefault(path, outcome.before[path])
            self._put(path, data)
        begun = monotonic()
        failed = self._outcome(changed)
        run = _Run(failed, monotonic() - begun)
        self.say(f"  {what}: {failed or 'passes'} ({run.seconds:.1f} s)")
        return run

    def _put(self, path: str, data: bytes) -> None:
        with open(os.path.join(self.folder, path), "wb") as file:
            file.write(data)

    def _outcome(self, changed: Iterable[str]) -> str:
        """Nothing where the command passes, else a clause that says how it does not."""
        with TemporaryFile() as said:  # not a pipe: what the command leaves running may hold it open for ever
            process = subprocess.Popen(
                self.command,
                shell=True,
                cwd=self.cwd,
                env=self._environment(changed),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code = process.wait(self.limit)
            except subprocess.TimeoutExpired:
                return f"did not end within {self.limit:.0f} s"
            finally:
                _end(process)
            said.seek(0)
            why = telling(said.read().decode("utf-8", "replace")) if code else ""
        return f"fails (exit {code}{': ' + why if why else ''})" if code else ""

    def _environment(self, changed: Iterable[str]) -> dict[str, str]:
        """The copy comes first wherever Python looks for modules; stale bytecode of a trial is never read."""
        packages = (self._package_root(path) for path in sorted(changed) if path.endswith(".py"))
        roots = dict.fromkeys([os.path.join(self.folder, "src"), self.folder, *packages])
        known = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([*(r for r in roots if os.path.isdir(r)), *([known] if known else [])])
        return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def _package_root(self, path: str) -> str:
        """The folder that a file's package is imported from; the project's where it is in no package."""
        folder = start = os.path.dirname(os.path.join(self.folder, path))
        while folder != self.top and os.path.isfile(os.path.join(folder, "__init__.py")):
            folder = os.path.dirname(folder)
        return folder if folder != start else self.folder


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a command and what it left running."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


_CLOSING = re.compile(  # what jest ends with, whatever failed
    r"Ran all test suites|Force exiting Jest|(?:Tests|Test Suites|Snapshots|Time):\s"
    r"|A worker process has failed to exit"
)


def telling(output: str) -> str:
    """The line of an output that says most of what failed: the first test that failed, else the last error or line."""
    said = [line.strip() for line in output.split("\n") if line.strip()]
    lines = [line for line in said if not _CLOSING.match(line)] or said
    failed = list(_matching(_FAILED, lines))
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return failed[0][:_MOST] + more
    errors = list(_matching(_ERROR, lines))
    return (errors or lines or [""])[-1][:_MOST]


def _matching(pattern: re.Pattern[str], lines: Sequence[str]) -> Iterator[str]:
    return (line for line in lines if pattern.match(line))
