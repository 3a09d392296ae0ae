"""The pre-commit hooks in a scratch repository: blocks, fixes, passes; partial staging; 3,000 files.

    python -m tests.benchmarks.gate_pre_commit PRE_COMMIT

PRE_COMMIT: the command `pre-commit`. It installs the hooks from this checkout's HEAD, for which pip needs PyPI; the
hooks themselves run with no network where `unshare` can take it away.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CLEAN = "x = 1\n"
BAD = "import time\n\n\nasync def wait():\n    time.sleep(1)\n"
FIXABLE = "import asyncio\n\n\ndef start(work):\n    asyncio.create_task(work())\n"
CONFIG = """repos:
- repo: {checkout}
  rev: {rev}
  hooks:
  - id: asynccost-fix
  - id: asynccost
  - id: asynccost-full
"""


class Scratch:
    """A repository with the hooks installed."""

    def __init__(self, root: Path, pre_commit: str) -> None:
        self.root, self.pre_commit = root, pre_commit
        rev = self.run("git", "-C", str(CHECKOUT), "rev-parse", "HEAD").stdout.strip()
        (root / ".pre-commit-config.yaml").write_text(CONFIG.format(checkout=CHECKOUT, rev=rev))
        (root / "asynccost.toml").write_text('extend-exclude = ["legacy"]\n')
        (root / ".gitignore").write_text(".asynccost_cache\n")
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "start")
        self.run(pre_commit, "install", "--install-hooks")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        who = {"GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org"}
        who |= {"GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org"}
        return subprocess.run(command, cwd=self.root, capture_output=True, text=True, env={**os.environ, **who})

    def git(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run git in the repository."""
        return self.run("git", *arguments)

    def write(self, **files: str) -> None:
        """Write Python files by their names without suffix; `__` is a folder."""
        for name, text in files.items():
            path = self.root / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    def commit(self, what: str, *, passes: bool) -> str:
        """Try to commit what is staged, offline where that can be had."""
        offline = ["unshare", "-rn"] if self.run("unshare", "-rn", "true").returncode == 0 else []
        begun = time.monotonic()
        done = self.run(*offline, "git", "commit", "-qm", what)
        took = time.monotonic() - begun
        outcome = "passed" if done.returncode == 0 else "blocked"
        right = "as it should" if passes == (done.returncode == 0) else "WRONG"
        print(f"{what}: {outcome}, {right} ({took:.1f} s{', offline' if offline else ''})")
        assert passes == (done.returncode == 0), done.stdout + done.stderr
        return done.stdout + done.stderr


def main() -> None:
    """Go through the cases; stops at the first that is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        repo = Scratch(Path(folder), sys.argv[1])
        repo.write(good=CLEAN)
        repo.git("add", "-A")
        repo.commit("a clean file", passes=True)

        repo.write(bad=BAD)
        repo.git("add", "-A")
        assert "bad.py:5:5" in repo.commit("a bad file", passes=False)
        repo.git("reset", "-q", "--hard")

        repo.write(legacy__old=BAD)
        repo.git("add", "-A")
        repo.commit("a bad file that is excluded", passes=True)

        repo.write(task=FIXABLE)
        repo.git("add", "-A")
        repo.commit("a file with a safe fix", passes=False)
        assert (repo.root / "task.py").read_text() != FIXABLE
        repo.git("add", "-A")
        repo.commit("the same, fixed by the hook", passes=True)

        repo.write(part=CLEAN)
        repo.git("add", "-A")
        repo.write(part=BAD)
        repo.commit("staged clean, bad in the work tree", passes=True)
        assert (repo.root / "part.py").read_text() == BAD
        repo.git("add", "-A")
        repo.write(part=CLEAN)
        repo.commit("staged bad, clean in the work tree", passes=False)
        repo.git("reset", "-q", "--hard")

        repo.write(**{f"many__m{n}_{'x' * 60}": CLEAN + f"y = {n}\n" for n in range(3_000)})
        repo.git("add", "-A")
        repo.commit("3,000 clean files", passes=True)
        repo.write(**{f"many__m{n}_{'x' * 60}": CLEAN + f"y = {n + 1}\n" for n in range(3_000)}, many__last=BAD)
        repo.git("add", "-A")
        repo.commit("3,000 changed files, one bad", passes=False)


if __name__ == "__main__":
    main()
