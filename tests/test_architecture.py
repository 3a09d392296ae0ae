"""The shape of the house: imports point down only, rules see flow and nothing else, a start loads little."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import asynccost
from asynccost.rules import ROOT

PACKAGE = Path(asynccost.__file__).parent
RULES = Path(ROOT)
# From the ground up. A part may import parts of lower floors, and of its own floor where no circle arises.
FLOORS = (
    {"__init__", "model", "errors", "rules", "patterns"},
    {"knowledge", "tokens", "owners", "fingerprints", "git"},
    {"flow", "cost"},
    {"python", "javascript", "probe"},
    {"config"},
    {"files", "suppress"},
    {"rulebook"},
    {"engine"},
    {"fixer", "baseline", "adopting", "history", "pricing"},
    {"report"},
    {"scanning", "revisions", "gate", "differing", "explaining", "demo"},
    {"cli", "pytest_plugin", "testing"},
    {"__main__"},
)
# The rooms of flow, likewise; what stands in none of them is the model itself, and below them all.
FLOW = (
    {"waits"},
    {"facts"},
    {"linked"},
    {"sessions", "tasks", "effects"},
    {"loops", "blocking", "timers"},
)
FLOW_FLOOR = {room: number for number, floor in enumerate(FLOW) for room in floor}
FLOOR = {part: number for number, floor in enumerate(FLOORS) for part in floor}
RULES_SEE = ("asynccost.flow", "asynccost.model", "asynccost.python", "asynccost.javascript")
PARSERS = {"tree_sitter", "tree_sitter_python", "tree_sitter_javascript", "tree_sitter_typescript"}
THIRD_PARTY = {  # nowhere else
    "python": PARSERS | {"ruff", "libcst"},
    "javascript": PARSERS | {"esprima", "oxc_python"},
    "probe": {"psutil"},
    "report": {"jinja2", "markupsafe", "markdown_it"},
    "cli": {"click"},
    "pytest_plugin": {"pytest"},
    "testing": {"pytest"},
}


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the machine: its dotted name within the package, and its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        rule = parts[0] == "rules" and len(parts) > 1  # in a wheel the rules lie here as well
        if not rule and parts[:2] != ("demo", "sample"):
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(path: Path, *, typing: bool = True) -> set[str]:
    """The absolute names that a file imports; `typing`: also those for annotations only."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = set() if typing else {id(n) for block in _typing_blocks(tree) for n in ast.walk(block)}
    found: set[str] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def _typing_blocks(tree: ast.Module) -> Iterator[ast.If]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield node


MODULES = dict(modules())


def _ours(path: Path, *, typing: bool = True) -> set[str]:
    """The modules of the machine that a file imports."""
    found = set()
    for name in imports(path, typing=typing):
        if name.startswith("asynccost."):
            inner = name.removeprefix("asynccost.")
            found.add(inner if inner in MODULES else inner.rpartition(".")[0] or "__init__")
    return found


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    """Whoever adds a part gives it a floor above."""
    part = name.partition(".")[0]
    assert part in FLOOR, f"{part} has no floor; add it to FLOORS"
    high = {other for other in _ours(MODULES[name]) if FLOOR[other.partition(".")[0]] > FLOOR[part]}
    assert high == set(), f"{name} imports from above"


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("flow.")])
def test_rooms_of_flow_need_only_what_is_below(name: str) -> None:
    """The model knows no room, and a room none above it."""
    above = {o for o in _ours(MODULES[name]) if o.startswith("flow.") and _flow_floor(o) > _flow_floor(name)}
    assert above == set(), f"{name} imports from above"


def _flow_room(name: str) -> str:
    room = [*name.split("."), ""][1]
    return room if room in FLOW_FLOOR else ""


def _flow_floor(name: str) -> int:
    return FLOW_FLOOR.get(_flow_room(name), -1)


def test_no_module_needs_itself() -> None:
    """Without what is for annotations only, imports make no circle."""
    needs = {name: {o for o in _ours(path, typing=False) if o in MODULES} for name, path in MODULES.items()}
    while needs:
        free = {name for name, others in needs.items() if not others & (needs.keys() - {name})}
        assert free, f"these import each other in a circle, or need those that do: {sorted(needs)}"
        needs = {name: others for name, others in needs.items() if name not in free}


@pytest.mark.parametrize("name", MODULES)
def test_third_parties_stay_where_they_belong(name: str) -> None:
    """Parsers in the front ends, click in the command line; everything else is the standard library and ours."""
    allowed = THIRD_PARTY.get(name.partition(".")[0], set())
    roots = {i.partition(".")[0] for i in imports(MODULES[name])} - set(sys.stdlib_module_names) - {"asynccost"}
    assert roots <= allowed


@pytest.mark.parametrize("path", sorted(RULES.rglob("*.py")), ids=lambda p: str(p.relative_to(RULES)))
def test_rules_see_flow_and_nothing_else(path: Path) -> None:
    """No syntax tree, no engine, no other rule: a rule asks the model, so that both languages get one answer."""
    own = f"asynccost.rules.{path.parent.name}"
    for name in imports(path):
        ours = name.startswith((*RULES_SEE, own))
        assert ours or name.partition(".")[0] in sys.stdlib_module_names, name


SLOW_TO_LOAD = {
    *("tree_sitter", "sqlite3", "multiprocessing", "subprocess"),
    *("asynccost.engine.passes", "asynccost.rulebook"),
}
NOT_WARM = {
    *("tree_sitter", "multiprocessing", "concurrent.futures", "subprocess", "importlib.metadata", "asyncio", "pathlib"),
    *("jinja2", "libcst", "rich", "asynccost.engine.firstpass", "asynccost.engine.workers"),
    *("asynccost.flow.linked.project",),
    *("asynccost.baseline.entry", "asynccost.baseline.store", "asynccost.revisions", "asynccost.git"),
}


FIXERS = {"libcst", "esprima", "oxc_python", "asynccost.fixer"}


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [(["--version"], SLOW_TO_LOAD), (["scan", "one.py"], NOT_WARM)],
    ids=["version", "warm scan"],
)
def test_a_start_loads_little(tmp_path: Path, arguments: list[str], unwanted: set[str]) -> None:
    """--version loads no engine; a scan of which everything is known already loads no parser and no process pool."""
    (tmp_path / "one.py").write_text("import time\n\n\nasync def wait():\n    time.sleep(1)\n")
    (tmp_path / "asynccost.toml").write_text("")
    os.utime(tmp_path / "one.py", (1_700_000_000, 1_700_000_000))  # old enough for a cache to trust it
    loaded = [_loaded(tmp_path, arguments) for _ in range(2)][-1]

    assert {name for name in unwanted if name in loaded} == set()


def test_a_scan_loads_no_codemods(tmp_path: Path) -> None:
    """Not even the first, which tells of each finding whether it has a fix and how safe that is."""
    (tmp_path / "one.py").write_text("import asyncio\n\n\ndef start(work):\n    asyncio.create_task(work())\n")
    (tmp_path / "asynccost.toml").write_text("")
    loaded = _loaded(tmp_path, ["scan", "one.py", "--no-cache"])

    assert "asynccost.rules.dropped_task.fix_python" in loaded
    assert {name for name in FIXERS if name in loaded} == set()


def _loaded(folder: Path, arguments: list[str]) -> set[str]:
    code = (
        "import sys; from asynccost.cli import main\n"
        f"sys.argv[1:] = {arguments!r}\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(chr(10).join(['', *sys.modules]))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    return set(run.stderr.split("\n"))
