"""What would be written where: new files, and lines at the end of files that can take them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from asynccost import __version__
from asynccost.baseline import NAME

_HERE = Path(__file__).parent
_TOP_KEY = re.compile(r"^([A-Za-z_][\w-]*):", re.M)
ATTRIBUTE = f"{NAME} merge=asynccost"
DRIVER = ("merge.asynccost.driver", "asynccost baseline merge %O %A %B")

# Where pytest looks, in its order.
_PYTEST = (("pytest.ini", "[pytest]"), ("pyproject.toml", "[tool.pytest.ini_options]"))


@dataclass(frozen=True, slots=True)
class Plan:
    """A file, its text now (None: there is none) and what it would be. advice: why it is left alone, and what to do."""

    path: str
    before: str | None
    after: str | None = None
    advice: str = ""


def pre_commit(root: Path) -> Plan:
    """A hook in .pre-commit-config.yaml; into one that is there it goes at the end of its list."""
    path, hook = ".pre-commit-config.yaml", _template("pre-commit.yml")
    before = _read(root / path)
    if before is None:
        return Plan(path, None, f"repos:\n{hook}")
    if "asynccost" in before:
        return Plan(path, before, advice="speaks of asynccost already")
    indent = re.search(r"^repos:[ \t]*(?:#.*)?\n(?:[ \t]*(?:#.*)?\n)*([ ]*)- ", before, re.M)
    if indent is None or _TOP_KEY.findall(before)[-1] != "repos":
        return Plan(path, before, advice=f"put this into its list of repos by hand:\n{hook}")
    lines = "".join(f"{indent[1]}{line}\n" for line in hook.splitlines())
    return Plan(path, before, before.rstrip("\n") + "\n" + lines)


def github(root: Path) -> Plan:
    """A workflow of its own."""
    return _own_file(root, ".github/workflows/asynccost.yml", _template("github.yml"))


def gitlab(root: Path) -> Plan:
    """A job in a .gitlab-ci.yml of its own; next to one that is there, a file to include."""
    before = _read(root / ".gitlab-ci.yml")
    if before is None:
        return Plan(".gitlab-ci.yml", None, _template("gitlab.yml"))
    if "asynccost" in before:
        return Plan(".gitlab-ci.yml", before, advice="speaks of asynccost already")
    plan = _own_file(root, ".gitlab/asynccost.yml", _template("gitlab.yml"))
    return replace(plan, advice="to run it, add to .gitlab-ci.yml: include: [{local: .gitlab/asynccost.yml}]")


def merge_driver(root: Path) -> Plan:
    """The line by which git merges baselines as sets; the driver itself is set in this clone's git."""
    path = ".gitattributes"
    before = _read(root / path)
    if before and ATTRIBUTE in before:
        return Plan(path, before, advice="names the merge driver already")
    return Plan(path, before, f"{before.rstrip()}\n{ATTRIBUTE}\n" if before and before.strip() else f"{ATTRIBUTE}\n")


def pytest_options(root: Path) -> Plan:
    """`asynccost = true` among pytest's options, right below their header."""
    for path, header in _PYTEST:
        before = _read(root / path)
        table = re.search(rf"^{re.escape(header)}[ \t]*(?:#.*)?\r?\n", before or "", re.M)
        if before is None or table is None:
            continue
        if re.search(r"^asynccost\b", before[table.end() :].partition("\n[")[0], re.M):
            return Plan(path, before, advice="speaks of asynccost already")
        return Plan(path, before, f"{before[: table.end()]}asynccost = true\n{before[table.end() :]}")
    return Plan("pyproject.toml", _read(root / "pyproject.toml"), advice="has no [tool.pytest.ini_options] yet")


PLANS: dict[str, Callable[[Path], Plan]] = {
    "pre-commit": pre_commit,
    "github": github,
    "gitlab": gitlab,
    "merge-driver": merge_driver,
    "pytest": pytest_options,
}


def fitting(root: Path, remotes: str) -> list[str]:
    """What a project is most likely to want, by what it has and where it is pushed to."""
    wanted = ["pre-commit"]
    if (root / ".github").is_dir() or "github" in remotes:
        wanted.append("github")
    if (root / ".gitlab-ci.yml").is_file() or "gitlab" in remotes:
        wanted.append("gitlab")
    if (root / NAME).is_file():
        wanted.append("merge-driver")
    if pytest_options(root).after is not None:
        wanted.append("pytest")
    return wanted


def _own_file(root: Path, path: str, text: str) -> Plan:
    before = _read(root / path)
    return Plan(path, None, text) if before is None else Plan(path, before, advice="is there already; left as it is")


def _template(name: str) -> str:
    return (_HERE / name).read_text("utf-8").replace("@VERSION@", __version__)


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None
