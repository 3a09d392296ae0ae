"""What fixing costs against parsing: `python -m tests.benchmarks.fix_speed [--files 300] [--size 8000 | --of FOLDER]`.

A tree of Python files with at least 500 findings is fixed by `asynccost fix --unsafe`, without a cache; beside it
libcst parses the same files, which is the least that any codemod pays. CPU seconds, children included, the least
of the runs; each is a process of its own, so that both pay for their imports.

The files are made of the fixtures' shapes, filled up with shapes that look like findings and are none: the densest code
there is. With --of they are real ones, those of a folder (such as checkouts side by side) that have findings to fix.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from hashlib import md5
from itertools import islice
from pathlib import Path

import libcst

from tests import fixable
from tests.benchmarks.measure import Contestant, measure_all

_PARSE = """import libcst, pathlib
for path in filter(pathlib.Path.is_file, pathlib.Path.cwd().rglob("*.py")): libcst.parse_module(path.read_bytes())"""
_FIX = "from asynccost.cli import main; main()"
MOST = 3  # times as long as parsing


def main() -> int:
    """Print both, and how many times as long fixing takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--size", type=int, default=8000, help="bytes of a file, at least; 0: as dense as they come")
    parser.add_argument("--of", type=Path, help="a folder whose own files are taken, each that has something to fix")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    real = _fixable(options.of, options.files) if options.of else {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)

        def anew() -> dict[str, bytes]:
            return _write(root, real) if real else fixable.write(root, options.files, ("python",), options.size)

        files = anew()
        command = [sys.executable, "-c", _FIX, "fix", "--unsafe", "--no-cache", "--jobs", "1"]
        contestants = [
            Contestant("libcst parses", [sys.executable, "-c", _PARSE], before=anew, codes=(0,)),
            Contestant("asynccost fixes", command, before=anew),
        ]
        parse, fix = measure_all(contestants, root, options.runs, lambda _: None)
        anew()
        said = subprocess.run(command, cwd=root, capture_output=True, text=True).stdout
    fixed = re.search(r"Fixed ([\d,]+) findings", said)
    count = int(fixed[1].replace(",", "")) if fixed else 0
    print(f"{len(files)} files, {sum(map(len, files.values())):,} bytes, {count} findings fixed")
    print(f"{parse.name}: {parse.cpu():.2f} s; {fix.name}: {fix.cpu():.2f} s: {fix.cpu() / parse.cpu():.2f} times")
    return int(fix.cpu() > MOST * parse.cpu())


def _fixable(folder: Path, count: int) -> dict[str, bytes]:
    """The first files of a folder, by the hash of their paths, that have findings to fix and that libcst parses."""
    command = [sys.executable, "-m", "asynccost", "scan", "--format", "json", "--exit-zero", "--no-cache", "--quiet"]
    found = json.loads(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)["findings"]
    paths = {f["path"] for f in found if (f.get("fix") or {}).get("safety") in ("safe", "unsafe")}
    chosen = sorted((p for p in paths if p.endswith(".py")), key=lambda p: md5(p.encode()).digest())
    texts = ((path, (folder / path).read_bytes()) for path in chosen)
    return dict(islice(((path, text) for path, text in texts if _parses(text)), count))


def _parses(text: bytes) -> bool:
    """Whether both have the same to do: what is no Python 3 is neither parsed to its end nor fixed."""
    try:
        libcst.parse_module(text)
    except libcst.ParserSyntaxError:
        return False
    return True


def _write(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    (root / "asynccost.toml").write_text("")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text)
    return files


if __name__ == "__main__":
    sys.exit(main())
