"""Writes the generated parts of README.md: `python -m tests.readme`."""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import asynccost
from asynccost.rulebook import load

README = Path(__file__).parents[1] / "README.md"
SAMPLE = Path(asynccost.__file__).parent / "demo" / "sample"
SHOWN = "await-in-loop,sequential-awaits,missing-effect-cleanup"


def table() -> str:
    """The rules, from their cards."""
    rows = ["| rule | py | js | finds |", "|---|---|---|---|"]
    for rule in load().values():
        marks = " | ".join(
            "x" if language in rule.languages else "-" for language in ("python", "javascript")
        )
        rows.append(f"| {rule.name} | {marks} | {rule.summary} |")
    return "\n".join(rows)


def screen() -> str:
    """What a scan of the shipped sample prints."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "sample")
        shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns("__pycache__", ".asynccost_cache"))
        Path(root, "asynccost.toml").touch()
        command = ["scan", ".", "--select", SHOWN, "--color", "never", "--exit-zero", "--no-cache"]
        run = subprocess.run(
            [sys.executable, "-m", "asynccost", *command],
            cwd=root, capture_output=True, text=True, check=True, env={"COLUMNS": "110", "PYTHONUTF8": "1"},
        )  # fmt: skip
    return f"```\n$ asynccost scan . --select {SHOWN}\n{run.stdout.rstrip()}\n```"


def written(text: str) -> str:
    """The README with its generated parts as they should be."""
    for name, made in (("rules", table()), ("screen", screen())):
        pattern = rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- /{name} -->)"
        text = re.sub(pattern, lambda m, made=made: f"{m[1]}{made}\n{m[2]}", text, flags=re.S)
    return text


if __name__ == "__main__":
    README.write_text(written(README.read_text("utf-8")), "utf-8")
