"""Foreign suites by their name in suites.toml: fetched from PyPI and given an environment of their own, once."""

import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
from dataclasses import dataclass, field
from pathlib import Path

TABLE = Path(__file__).with_name("suites.toml")
FOLDER = Path.home() / ".cache" / "asynccost-suites"


@dataclass(frozen=True)
class Suite:
    """One table of suites.toml, where its keys are explained."""

    needs: list[str]
    arguments: list[str]
    source: str = ""
    hides: str = ""
    alias: str = ""
    variables: dict[str, str] = field(default_factory=dict)


def known() -> dict[str, Suite]:
    """All of them, by name."""
    return {name: Suite(**table) for name, table in tomllib.loads(TABLE.read_text("utf-8")).items()}


def checkout(suite: Suite, folder: Path) -> Path:
    """The suite's source distribution, unpacked; fetched if it is not there yet."""
    name, _, version = suite.source.partition("==")
    place = folder / f"{name}-{version}"
    if not place.exists():
        fetch = ["download", "-q", "--no-deps", "--no-binary", name, "-d", str(folder), suite.source]
        subprocess.run([sys.executable, "-m", "pip", *fetch], check=True)
        with tarfile.open(folder / f"{place.name}.tar.gz") as archive:
            archive.extractall(folder / "unpacked", filter="data")
        if suite.hides:
            unpacked = folder / "unpacked" / place.name
            (unpacked / suite.hides).rename(unpacked / f"{suite.hides}_of_source")
        (folder / "unpacked" / place.name).rename(place)
    return place


def environment(name: str, suite: Suite, source: Path, folder: Path) -> str:
    """The Python of an environment that has what the suite needs; made anew where that has changed."""
    place = folder / f"{name}-environment"
    python, made = place / "bin" / "python", place / "needs"
    needs = [need.format(checkout=source) for need in suite.needs]
    if not made.exists() or made.read_text("utf-8").splitlines() != needs:
        shutil.rmtree(place, ignore_errors=True)
        venv.create(place, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", *needs]
        subprocess.run(install, env={**os.environ, **suite.variables}, check=True)
        made.write_text("\n".join(needs), "utf-8")
    return str(python)
