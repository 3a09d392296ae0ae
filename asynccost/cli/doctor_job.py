"""What `asynccost doctor` does: asks a Python, and puts its answer into words."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from asynccost.errors import PathError
from asynccost.probe.running import environment

_RUN = "import sys; from asynccost.probe.examine import main; main(sys.argv[1:])"


def examined(python: str | None, modules: Sequence[str]) -> dict[str, Any]:
    """What a Python answers; see asynccost/probe/examine.py. It finds the probe as under `asynccost run`."""
    name = python or sys.executable
    with tempfile.TemporaryDirectory(prefix="asynccost-doctor-") as folder:
        try:
            done = subprocess.run(
                [name, "-c", _RUN, *modules],
                env=environment(folder, os.getcwd()),
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as error:
            raise PathError(f"{name}: cannot be run: {error.strerror}") from None
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PathError(f"{name}: could not be examined: {last}") from None


def text(found: dict[str, Any]) -> str:
    """A line a library, then what is lost."""
    lines = [f"Python {found['python']}"]
    for library in found["libraries"]:
        lines += _library(library)
    for name, why in found["failed"].items():
        lines.append(f"{name}: could not be imported: {why}")
    for name, lost in found["unseen"].items():
        lines.append(f"{name}: not seen: {lost}")
    lines += [
        "Never seen: a client class of your own that overrides the hooked methods without calling them; programs that "
        "are no Python; Pythons older than 3.11, and those started with -I, -E or -S; JavaScript.",
    ]
    return "\n".join(lines) + "\n"


def _library(library: dict[str, Any]) -> list[str]:
    name = f"{library['name']} {library['version']}".strip()
    if library["alias"]:
        return [f"{name}: an alias of another module, which is hooked under its own name"]
    if not library["hooked"]:
        return [f"{name}: not hooked"]
    hooks = library["hooks"]
    gone = [h["attribute"] for h in hooks if not h["reached"]]
    others = sorted({other for h in hooks for other in h["others"]})
    said = f"{name}: watched" + (f", {len(hooks)} hooks" if hooks else "")
    said += f"; also hooked by {', '.join(others)}" if others else ""
    return [said, *(f"  replaced after us, and seen only if that calls what was there: {name}" for name in gone)]
