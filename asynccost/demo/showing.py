"""The steps of the demo, each a command that a user would type, with what came of it in a line or two."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from asynccost.demo.server import serving
from asynccost.errors import DemoError

SAMPLE = Path(__file__).with_name("sample")
LATER = ("client", "worker")  # what the second commit adds
Say = Callable[[str], None]


def show(folder: Path, say: Say) -> tuple[Path, str]:
    """Run the demo in a new folder; the page that it wrote, and the first place that the fixes left ("" for none).

    Raises DemoError with a sentence.
    """
    if folder.exists() and any(folder.iterdir()):
        raise DemoError(f"{folder}: is there already and is not empty; name another folder, or remove it")
    _lay_down(folder, say)
    with serving() as base:
        before = _look(folder, base, "before", "report.html", say)
        how = ("--unsafe", "--allow-dirty", "--trace", "before.jsonl")
        text = _asynccost(folder, "fix", ".", *how, say=say, fine=(0, 1))
        say("  " + "\n  ".join(line for line in text.splitlines() if line.startswith(("Fixed", "That saves", "Left"))))
        after = _look(folder, base, "after", "after.html", say)
    say(f"\n{_table(before, after)}")
    left = [f"{found['path']}:{found['line']}" for found in after["findings"]["findings"]]
    return folder / "report.html", left[0] if left else ""


def _lay_down(folder: Path, say: Say) -> None:
    """The sample, in two commits where there is git."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", *LATER))
    (folder / ".gitignore").write_text(".asynccost_cache/\n__pycache__/\n*.jsonl\n*.json\n*.html\n", "utf-8")
    git = bool(shutil.which("git")) and _git(folder, "init", "--quiet")
    git = git and _commit(folder, "A service and a crawler")
    for name in LATER:
        shutil.copytree(SAMPLE / name, folder / name, ignore=ignore)
    git = git and _commit(folder, "A React client and a Node worker")
    say(f"A sample service lies in {folder}, {'in two commits' if git else 'without commits, for want of git'}.")


def _commit(folder: Path, message: str) -> bool:
    who = ("-c", "user.name=asynccost demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false")
    return _git(folder, "add", "--all") and _git(folder, *who, "commit", "--quiet", "--no-verify", "-m", message)


def _git(folder: Path, *arguments: str) -> bool:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False).returncode == 0


def _look(folder: Path, base: str, when: str, page: str, say: Say) -> dict[str, Any]:
    """Measure, scan, and write the page; what the table needs."""
    trace, result = f"{when}.jsonl", f"{when}.json"
    program = [sys.executable, "workload.py", base]
    shown = f"run --trace {trace} -- python workload.py"
    text = _asynccost(folder, "run", "--trace", trace, "--", *program, say=say, shown=shown)
    say("\n".join(f"  {line}" for line in text.splitlines() if line.startswith("asynccost: watched")))
    formats = ("--format", f"json={result}", "--format", f"html={page}", "--format", "concise")
    options = ("--exit-zero", "--trace", trace, "--usage", "asynccost-usage.toml", *formats)
    text = _asynccost(folder, "scan", ".", *options, say=say, shown=f"scan . --trace {trace} --format html={page}")
    say(f"  {text.strip().splitlines()[-1]}")
    return {"findings": json.loads((folder / result).read_text("utf-8")), "trace": str(folder / trace)}


def _asynccost(folder: Path, *arguments: str, say: Say, shown: str = "", fine: Sequence[int] = (0,)) -> str:
    say(f"\n$ asynccost {shown or ' '.join(arguments)}")
    # the sample is no package; COLUMNS and colours of the caller's terminal are not the demo's
    environment = {**os.environ, "PYTHONPATH": "", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "asynccost", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if run.returncode not in fine:
        last = (run.stderr.strip() or run.stdout.strip() or "no word").splitlines()[-1]
        raise DemoError(f"asynccost {arguments[0]} ended with {run.returncode} in {folder}: {last}")
    return run.stdout + run.stderr


def _table(before: dict[str, Any], after: dict[str, Any]) -> str:
    from asynccost.probe.trace import Calls, Clients, Trace
    from asynccost.probe.tracefile import read
    from asynccost.probe.waste import wastes
    from asynccost.report.money import money
    from asynccost.report.reading import report

    def row(side: dict[str, Any]) -> list[str]:
        trace: Trace = read(side["trace"])
        calls = trace.rows(Calls)
        total = money(report(side["findings"], "demo", lambda _: b"").findings)
        return [
            f"{len(side['findings']['findings']):,}",
            f"{sum(c.created for c in trace.rows(Clients)):,}",
            f"{sum(c.new for c in calls):,}",
            f"{sum(waste.seconds for waste in wastes(trace)):.2f}",
            total.words() or "nothing that has a price",
        ]

    names = ["findings", "clients built", "connections", "seconds wasted", "waste, estimated"]
    lines = [f"{'':22}{'before':>12}{'after':>12}"]
    *counts, dollars = zip(names, row(before), row(after), strict=True)
    lines += [f"{name:22}{was:>12}{now:>12}" for name, was, now in counts]
    lines += [f"{dollars[0]}: {dollars[1]}; after: {dollars[2]}"]
    return "\n".join(lines)
