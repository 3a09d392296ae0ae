"""Compares asynccost with its peers on a Python tree: `python -m tests.benchmarks.scan [TREE]`.

Peers are installed from PyPI into --peers-dir. Without a TREE the sources of Home Assistant 2024.3.3 are
downloaded there. semgrep runs its open-source engine with our own rules (semgrep.yml), offline.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

from tests.benchmarks import own
from tests.benchmarks.measure import Contestant, Runs, measure_all
from tests.benchmarks.table import Budget, show

HERE = Path(__file__).parent
PACKAGES = {"ruff": ["ruff"], "flake8-async": ["flake8", "flake8-async"], "pylint": ["pylint"], "semgrep": ["semgrep"]}
TREE = "homeassistant==2024.3.3"
_PYLINT = "missing-timeout,consider-using-with"
_OFFLINE = {"SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}


def main() -> None:
    """Install, measure, print."""
    options = arguments(__doc__ or "", "ruff,flake8-async,pylint,semgrep")
    peers = [p for p in options.peers.split(",") if p]
    folder = Path(options.peers_dir).absolute()
    binaries = install(folder / "venv", [name for peer in peers for name in PACKAGES[peer]])
    tree = Path(options.tree).absolute() if options.tree else download(folder)
    with tempfile.TemporaryDirectory() as scratch:
        mine = own.contestants(Path(scratch))
        runs = measure_all([*mine, *_peers(peers, binaries, Path(scratch))], tree, options.runs, say)
        started, budgets = own.start(tree, ".py", Path(scratch), max(options.runs * 4, 10))
    by_name = {r.name: r for r in runs}
    budgets = [*_budgets(by_name), *own.memory(by_name), *budgets]
    show({"tree": tree.name, "jobs": own.jobs()}, [*runs, *started], budgets, as_json=options.json)


def arguments(about: str, peers: str) -> argparse.Namespace:
    """The options that both benchmarks know."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", nargs="?", help="the folder to scan")
    parser.add_argument("--peers", default=peers, help="whom to compare with (default: %(default)s)")
    parser.add_argument("--peers-dir", default=".benchmarks", help="where peers are installed (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="how often each is run (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args()


def install(folder: Path, packages: list[str]) -> Path:
    """Install packages into a virtual environment; the folder of its commands."""
    if not folder.exists():
        venv.create(folder, with_pip=True)
    binaries = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if packages:
        subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", *packages], check=True)
    return binaries


def download(folder: Path) -> Path:
    """The sources that the budgets are stated for."""
    tree = folder / "homeassistant"
    if not tree.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(folder), TREE], check=True)
        with zipfile.ZipFile(next(folder.glob("homeassistant-*.whl"))) as wheel:
            wheel.extractall(tree)
    return tree


def say(text: str) -> None:
    """Tell on stderr how far it is."""
    print(text, file=sys.stderr, flush=True)


def _peers(names: list[str], binaries: Path, scratch: Path) -> list[Contestant]:
    ruff = [str(binaries / "ruff"), "check", "--isolated", "--select", "ASYNC", "--quiet", "--output-format", "json"]
    flake8 = [str(binaries / "flake8"), "--isolated", "--select", "ASYNC", "--jobs", own.jobs(), "."]
    pylint = [str(binaries / "pylint"), "--rcfile", "/dev/null", "--disable", "all", "--enable", _PYLINT, "--exit-zero"]
    semgrep = [str(binaries / "semgrep"), "scan", "--config", str(HERE / "semgrep.yml")]
    semgrep += ["--oss-only", "--metrics", "off", "--disable-version-check"]
    all_peers = {
        "ruff": [
            Contestant("ruff, no cache", [*ruff, "--no-cache", "."]),
            Contestant("ruff, warm", [*ruff, "--cache-dir", str(scratch / "ruff"), "."], warm=True),
        ],
        "flake8-async": [Contestant("flake8-async", flake8)],
        "pylint": [Contestant("pylint", [*pylint, "--jobs", own.jobs(), "--recursive", "y", "."])],
        "semgrep": [
            Contestant(
                "semgrep",
                [*semgrep, "--no-git-ignore", "--jobs", own.jobs(), "--quiet", "--json", "."],
                _OFFLINE | {"PATH": f"{binaries}:/usr/bin:/bin"},
            )
        ],
    }
    return [c for name in names for c in all_peers[name]]


def _budgets(runs: dict[str, Runs]) -> list[Budget]:
    """The promises of CPU time, for the peers that took part."""
    cold, warm = runs[own.COLD].cpu(), runs[own.WARM].cpu()
    made = []
    if "ruff, warm" in runs:
        made.append(Budget("cold, as a multiple of ruff without its cache", cold / runs["ruff, no cache"].cpu(), 4))
        made.append(Budget("warm, as a multiple of ruff with its cache", warm / runs["ruff, warm"].cpu(), 3))
    for peer, times in (("flake8-async", 10), ("pylint", 20), ("semgrep", 20)):
        if peer in runs:
            made.append(Budget(f"cold, times faster than {peer}", runs[peer].cpu() / cold, times, at_least=True))
    return made


if __name__ == "__main__":
    main()
