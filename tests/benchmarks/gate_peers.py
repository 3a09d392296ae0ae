"""The baseline matrix of tests/gate_cases.py against other tools' baselines, as a table.

    python -m tests.benchmarks.gate_peers FOLDER

FOLDER: where bandit and semgrep are installed into an environment (`FOLDER/venv`) and eslint with its TypeScript parser
by npm (package.json beside this file); made if it is not there, which needs PyPI and npm. Each tool accepts the
project's one finding by its own means (eslint: bulk suppressions, bandit: -b, semgrep: --baseline-commit), and is
asked again after each edit. Paths to files stay the same, the exit code is the answer.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.gate_cases import CASES, PYTHON, SEVEN, TYPESCRIPT, Case, Language
from tests.test_gate_matrix import git, put

HERE = Path(__file__).parent / "javascript"
ESLINT = """import tseslint from "typescript-eslint";
export default [{
  files: ["**/*.ts"], languageOptions: { parser: tseslint.parser }, rules: { "no-await-in-loop": "error" },
}];
"""
SEMGREP = """rules:
- id: shell
  languages: [python]
  severity: ERROR
  message: a shell
  pattern: subprocess.$RUN(..., shell=True)
- id: await-in-loop
  languages: [typescript]
  severity: ERROR
  message: an await in a loop
  patterns:
  - pattern: await $X
  - pattern-inside: |
      for (const $A of $B) { ... }
"""
QUIET = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
Command = list[str]


@dataclass(frozen=True)
class Peer:
    """A tool: how it accepts what is there, and how it is asked; both in the project's folder."""

    name: str
    language: Language
    accept: Callable[[Path], Command | None]
    ask: Callable[[Path], Command]


def peers(tools: Path) -> list[Peer]:
    """All contestants."""
    ours = [sys.executable, "-m", "asynccost"]
    bandit = [str(tools / "venv" / "bin" / "bandit"), "-q", "-r", "app"]
    semgrep = [str(tools / "venv" / "bin" / "semgrep"), "scan", "--error", "-q", "--config", "semgrep.yml", "app"]
    eslint = ["node_modules/.bin/eslint", "app"]

    def own(language: Language) -> Peer:
        rule = ["--select", language.rule, "--isolated"]
        return Peer(
            "asynccost", language, lambda _: [*ours, "baseline", "create", *rule], lambda _: [*ours, "scan", *rule]
        )

    def first(root: Path) -> Command:
        return [*semgrep, "--baseline-commit", git(root, "rev-parse", "HEAD").strip()]

    return [
        own(PYTHON),
        own(TYPESCRIPT),
        Peer(
            "eslint",
            TYPESCRIPT,
            lambda _: [*eslint, "--suppress-all"],
            lambda _: [*eslint, "--pass-on-unpruned-suppressions"],
        ),
        Peer(
            "bandit",
            PYTHON,
            lambda _: [*bandit, "-f", "json", "-o", "bandit.json", "--exit-zero"],
            lambda _: [*bandit, "-b", "bandit.json"],
        ),
        Peer("semgrep", PYTHON, lambda _: None, first),
        Peer("semgrep", TYPESCRIPT, lambda _: None, first),
    ]


def install(tools: Path) -> None:
    """Install what is not there."""
    if not (tools / "venv").exists():
        subprocess.run([sys.executable, "-m", "venv", str(tools / "venv")], check=True)
        subprocess.run([str(tools / "venv" / "bin" / "pip"), "install", "-q", "bandit", "semgrep"], check=True)
    if not (tools / "node_modules").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, tools / name)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=tools, check=True, stdout=subprocess.DEVNULL)


def verdict(peer: Peer, case: Case, tools: Path) -> str:
    """What a tool makes of an edit: `right`, `false alarm`, `missed`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        put(root, peer.language.files)
        (root / "eslint.config.mjs").write_text(ESLINT)
        (root / "semgrep.yml").write_text(SEMGREP)
        (root / ".gitignore").write_text("node_modules\n.asynccost_cache\n")
        (root / "node_modules").symlink_to(tools / "node_modules")
        git(root, "init", "-q")
        git(root, "add", "-A")
        git(root, "commit", "-qm", "before")
        accept = peer.accept(root)
        if accept:
            run(accept, root)
            assert run(peer.ask(root), root) == 0, f"{peer.name} did not accept what was there"
        kept = {p.name: p.read_text() for p in root.iterdir() if p.is_file()}
        put(root, {**kept, **case.edit(peer.language, peer.language.files)})
        git(root, "add", "-A")
        failed = run(peer.ask(root), root) != 0
    return "right" if failed == (case.new > 0) else "false alarm" if failed else "missed"


def run(command: Command, root: Path) -> int:
    """The exit code; one that says that the tool could not run ends the benchmark."""
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, env={**os.environ, **QUIET})
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} exits {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.returncode


def main() -> None:
    """Print the table."""
    tools = Path(sys.argv[1]).resolve()
    tools.mkdir(parents=True, exist_ok=True)
    install(tools)
    all_peers = peers(tools)
    short = {"python": "py", "typescript": "ts"}
    print("| edit | it should | " + " | ".join(f"{p.name} ({short[p.language.name]})" for p in all_peers) + " |")
    print("|---|---|" + "---|" * len(all_peers))
    for case in CASES:
        name = f"**{case.name}**" if case in SEVEN else case.name
        cells = [verdict(peer, case, tools) for peer in all_peers]
        print(f"| {name} | {'fail' if case.new else 'pass'} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
