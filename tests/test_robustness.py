"""No file is too broken: each is scanned, or listed with a reason; nothing crashes.

Every damaged file ends in a function with a sure finding. It is found, or the file is listed as one that
could not be read whole. `python -m tests.benchmarks.robustness` does this to 2,000 files and to real corpora.
"""

import json
from pathlib import Path
from random import Random

import pytest

from asynccost.engine import workers
from tests.mutations import Limits, Mutant, mutants
from tests.small_project import JAVASCRIPT, PYTHON, put, scan

RULE = "await-in-loop"
TAIL = {
    "py": b"\n\n\nasync def sentinel(sentinel_urls, sentinel_http):\n"
    b"    for url in sentinel_urls:\n        print(await sentinel_http.get(url))\n",
    "js": b"\n;\nexport async function sentinel(sentinelUrls) {\n"
    b"  for (const url of sentinelUrls) {\n    console.log(await fetch(url));\n  }\n}\n",
}
# in these the tail does not stay what it is: cut away, or in another encoding than the rest
NO_TAIL = ("utf16", "cut_utf16", "nul", "cookie")


def corpus(python: bool) -> list[tuple[str, bytes]]:
    return [(path, text.encode()) for path, text in (PYTHON if python else JAVASCRIPT).items() if text]


def with_tail(mutant: Mutant) -> bytes:
    """The file, with a sure finding at its end where that can be told."""
    if mutant.name.startswith(NO_TAIL):
        return mutant.data
    if mutant.name.endswith((".vue", ".svelte")):
        return mutant.data + b"\n<script>" + TAIL["js"] + b"</script>\n"
    return mutant.data + TAIL["py" if mutant.name.endswith((".py", ".pyw")) else "js"]


def judged(row: str) -> tuple[bool, bool]:
    """Of a row of the first pass: whether the file is listed, and whether the tail was found."""
    if not row:
        return False, False
    _, _, findings, problems, *_ = json.loads(row)
    return bool(problems), any(f[0] == RULE and f[5].endswith("sentinel") for f in findings)


@pytest.mark.parametrize("python", [True, False], ids=["python", "javascript"])
def test_damaged_files_are_scanned_or_listed(tmp_path: Path, python: bool) -> None:
    """Two hundred of each language."""
    made = list(mutants(corpus(python), 200, Random(7), Limits(depth=10_000, line=50_000)))
    tasks = []
    for mutant in made:
        put(tmp_path, mutant.name, with_tail(mutant))
        language = "python" if python else "javascript"
        tasks.append(workers.Task(mutant.name, str(tmp_path / mutant.name), language, 0, ""))

    said = {read.path: judged(read.row or "") for read in workers.read_all(tasks, {}, 1, {})}

    assert [m.name for m in made if m.loud and not said[m.name][0]] == []
    tailed = [m.name for m in made if not m.name.startswith(NO_TAIL)]
    assert [n for n in tailed if not any(said[n])] == []
    assert sum(said[n][1] for n in tailed) > len(tailed) / 2


@pytest.mark.parametrize("suffix", [".py", ".js", ".ts", ".tsx", ".vue", ".svelte"])
def test_a_project_of_broken_files_is_scanned(tmp_path: Path, suffix: str) -> None:
    """From end to end: every file is counted, every broken one is listed under its path."""
    deep = b"async def f():\n  x = " + b"(\n" * 10_000
    broken = {"cut": b"async def f(:\n", "nul": b"a\0b", "deep": deep, "odd": b"\xff\xfe\x00"}
    tag, end = (b"<script>\n", b"</script>\n") if suffix in (".vue", ".svelte") else (b"", b"")
    for name, data in broken.items():
        text = data if name == "odd" else tag + data + b" for x in await y: await fetch(setInterval)\n" + end
        put(tmp_path, name + suffix, text)
    (tmp_path / "asynccost.toml").write_text("")

    said = scan(tmp_path)

    assert {p[0] for p in said.problems} == {name + suffix for name in broken}
