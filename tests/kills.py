"""Kills a run of `fix` while it writes, and judges what it left: each file must be the old or the new one, whole."""

import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from asynccost.fixer import Outcome
from tests import fixable
from tests.test_fixes import fix

# Writes an outcome; with a number, dies at that system call of the writing.
_CHILD = """
import os, pickle, signal, sys
from asynccost.cli.fix_job import write

left = int(sys.argv[3])
outcome = pickle.load(open(sys.argv[1], "rb"))

def counted(real):
    def call(*arguments, **options):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call

for name in ("open", "write", "fchmod", "replace", "unlink"):
    setattr(os, name, counted(getattr(os, name)))
print("ready", flush=True)
sys.exit(len(write(sys.argv[2], outcome)))
"""
_MODES = (0o644, 0o755, 0o600)


@dataclass(slots=True)
class Tree:
    """A project on disk and what fixing would make of it, which is also pickled for the run that is killed."""

    root: Path
    outcome: Outcome
    pickled: Path

    def reset(self) -> None:
        """Every file is the old one again, each with one of three modes."""
        for number, (path, data) in enumerate(self.outcome.before.items()):
            (self.root / path).write_bytes(data)
            (self.root / path).chmod(_MODES[number % 3])

    def start(self, dies_at: int = 0) -> "subprocess.Popen[bytes]":
        """A run that is about to write; it dies at a given system call of its own if that is not 0."""
        command = [sys.executable, "-c", _CHILD, str(self.pickled), str(self.root), str(dies_at)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    def judge(self) -> int:
        """How many files are new. Raises AssertionError where one is neither, or has another mode."""
        new = 0
        for number, path in enumerate(self.outcome.before):
            data = (self.root / path).read_bytes()
            assert data in (self.outcome.before[path], self.outcome.after[path]), f"{path} is torn"
            assert (self.root / path).stat().st_mode & 0o7777 == _MODES[number % 3], f"{path} has another mode"
            new += data == self.outcome.after[path]
        return new

    def finish(self) -> None:
        """`fix` itself, run again, makes all files new and leaves nothing else behind."""
        code = "from asynccost.cli import main; main()"
        command = [sys.executable, "-c", code, "fix", "--unsafe", "--quiet", "--no-cache", "--exit-zero", "--jobs", "1"]
        subprocess.run(command, check=True, cwd=self.root)
        assert self.judge() == len(self.outcome.after)
        assert [p for p in self.root.rglob("*") if ".asynccost-" in p.name] == []


def tree(root: Path, count: int) -> Tree:
    """A tree of which fixes change `count` files, or a few more; each is a project by itself as far as findings go."""
    project = root / "project"
    project.mkdir()
    total = count
    made = fix(dict(fixable.sources(total)), "all")
    while len(made.after) < count:  # some fixes are only shown where other files stand beside theirs
        total += 2 * (count - len(made.after))
        made = fix(dict(fixable.sources(total)), "all")
    fixable.write(project, total)
    (root / "outcome").write_bytes(pickle.dumps(made))
    return Tree(project, made, root / "outcome")
