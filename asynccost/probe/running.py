"""Runs a program under the probe: its environment, its exit code, and the trace of all its processes."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asynccost.errors import PathError
from asynccost.probe import limits, tracefile
from asynccost.probe.child import FOLDER, KEY, ROOT
from asynccost.probe.trace import Trace, merged

if TYPE_CHECKING:
    from asynccost.cost.models import ModelPrice

START = Path(__file__).parent / "start"
PATIENCE = 1.0
PASSED_ON = tuple(getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, n))


@dataclass(slots=True)
class Run:
    """A program that has ended. code: its exit code as a shell gives it (128 + n after signal n).

    unseen: Pythons that are too old for the probe, "3.9" and the like. spent: US dollars of model calls, where the run
    had a limit. refused: whether the limit stopped a call; a program that ends well all the same then has the code 1.
    """

    code: int
    trace: Trace
    seconds: float
    unseen: tuple[str, ...] = ()
    spent: float | None = None
    refused: bool = False


@dataclass(slots=True, frozen=True)
class Allowed:
    """What the model calls of a run may cost, what happens then, and the user's own prices; see limits.py."""

    usd: float
    action: str
    own: "Mapping[str, ModelPrice]"


def run(words: Sequence[str], root: str = "", allowed: Allowed | None = None) -> Run:
    """Run a command to its end; its output, input and signals are its own."""
    began = time.monotonic()
    spent, refused = None, False
    with tempfile.TemporaryDirectory(prefix="asynccost-run-") as folder:
        if allowed is not None:
            limits.set_for_run(folder, allowed.usd, allowed.action, allowed.own)
        code = _run(command(words), environment(folder, root or os.getcwd()))
        trace = _whole(Path(folder))
        unseen = sorted({path.name.split("-")[1].removesuffix(".unseen") for path in Path(folder).glob("*.unseen")})
        if allowed is not None:
            purse = limits.of_run(folder).purse
            spent, refused = purse.spent, purse.marked(limits.REFUSED)
    return Run(code or int(refused), trace, time.monotonic() - began, tuple(unseen), spent, refused)


def _whole(folder: Path) -> Trace:
    """The trace of all processes; those that end after the first get a second to write their last lines."""
    deadline = time.monotonic() + PATIENCE
    while True:
        trace = merged(tracefile.read(str(path)) for path in sorted(folder.glob("*.jsonl")))
        if time.monotonic() > deadline or not any(not p.finished and _alive(p.pid) for p in trace.processes):
            return trace
        time.sleep(0.05)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def command(words: Sequence[str]) -> list[str]:
    """`app.py ...` and `-m module ...` are for our own Python; everything else is run as it stands."""
    first = words[0]
    if first == "-m" or (first.endswith(".py") and os.path.isfile(first) and not os.access(first, os.X_OK)):
        return [sys.executable, *words]
    found = shutil.which(first)
    if found is None and os.path.isfile(first):
        return [sys.executable, *words]
    if found is None:
        raise PathError(f"{first}: no such command; a Python file must end in .py, a module follows -m")
    return [found, *words[1:]]


def environment(folder: str, root: str) -> dict[str, str]:
    """The environment in which every Python starts the probe."""
    before = os.environ.get("PYTHONPATH", "")
    path = os.pathsep.join([str(START), before] if before else [str(START)])
    key = os.environ.get(KEY) or secrets.token_hex(16)
    return {**os.environ, "PYTHONPATH": path, FOLDER: folder, KEY: key, ROOT: root}


def _run(words: Sequence[str], env: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(words, env=env)
    except OSError as error:
        raise PathError(f"{words[0]}: cannot be run: {error.strerror}") from None
    with _passing_on(process):
        code = process.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _passing_on(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Signals to us are for the program; one from the terminal has reached it already."""

    def pass_on(number: int, _: object) -> None:
        if number != signal.SIGINT or not sys.stdin or not sys.stdin.isatty():
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in PASSED_ON}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
