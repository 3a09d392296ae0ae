"""Runs ruff's blocking-call rules over many files at once and hands back its rows by path.

ruff sees copies in a temporary folder: what is scanned need not be what lies on disk (stdin, the git index),
one folder is one argument however many files there are, and no configuration of the project reaches it.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypedDict

CODES = (
    "ASYNC210",
    "ASYNC212",
    "ASYNC220",
    "ASYNC221",
    "ASYNC222",
    "ASYNC230",
    "ASYNC240",
    "ASYNC250",
    "ASYNC251",
)
_TOKENS = (  # plain substrings: ten times as fast as one pattern
    b"requests",
    b"httpx",
    b"urllib",
    b"subprocess",
    b"os.path",
    b"os.system",
    b"os.popen",
    b"os.spawn",
    b"os.posix",
    b"os.wait",
    b"from os ",
    b"open(",
    b"pathlib",
    b"input(",
    b"time.sleep",
    b"from time import",
)
_SECONDS = 300


class RuffError(OSError):
    """ruff is missing, or did not answer as it should; the engine lists it as a problem of the tool."""


class Row(TypedDict):
    """One of ruff's findings: its code, and where it begins and ends (lines, and columns in code points, from 1)."""

    code: str
    line: int
    column: int
    end_line: int
    end_column: int


def worth_it(source: bytes) -> bool:
    """Whether a file can hold a blocking call that ruff knows, inside a coroutine."""
    return b"async def" in source and any(token in source for token in _TOKENS)


def rows(sources: Iterable[tuple[str, bytes]]) -> dict[str, list[Row]]:
    """What ruff says of these files, by path; files of which it says nothing are left out."""
    wanted = [(path, source) for path, source in sources if worth_it(source)]
    if not wanted:
        return {}
    with TemporaryDirectory(prefix="asynccost-") as folder:
        for number, (_, source) in enumerate(wanted):
            Path(folder, f"{number}.py").write_bytes(source)
        said = _run(folder)
    found: dict[str, list[Row]] = {}
    for item in said:
        if item.get("code") in CODES:
            path = wanted[int(Path(item["filename"]).stem)][0]
            found.setdefault(path, []).append(_row(item))
    return found


def _row(item: dict[str, Any]) -> Row:
    start, end = item["location"], item["end_location"]
    return Row(
        code=item["code"],
        line=start["row"],
        column=start["column"],
        end_line=end["row"],
        end_column=end["column"],
    )


def _run(folder: str) -> list[dict[str, Any]]:
    command = [
        _binary(),
        "check",
        "--isolated",
        "--no-cache",
        "--quiet",
        "--exit-zero",
        "--no-respect-gitignore",
        "--output-format",
        "json",
        "--target-version",
        "py313",
        "--select",
        ",".join(CODES),
        folder,
    ]
    try:
        run = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuffError(f"ruff did not run: {error}") from None
    if run.returncode != 0:
        raise RuffError(
            f"ruff ended with {run.returncode}: {_last(run.stderr)}"
        )
    try:
        said = json.loads(run.stdout)
    except ValueError:
        raise RuffError(
            f"ruff gave no JSON: {_last(run.stderr or run.stdout)}"
        ) from None
    return said if isinstance(said, list) else []


def _last(output: bytes) -> str:
    lines: Sequence[str] = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _binary() -> str:
    """The ruff installed beside this Python, the one its package knows, or the first on PATH."""
    name = "ruff.exe" if sys.platform == "win32" else "ruff"
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return str(beside)
    try:
        return str(import_module("ruff").find_ruff_bin())
    except (ImportError, AttributeError, FileNotFoundError):
        pass
    if found := shutil.which("ruff"):
        return found
    raise RuffError(
        'ruff is not installed; "pip install ruff", or leave the rule out'
    )
