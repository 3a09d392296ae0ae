"""What is asked for does not change what is found: a file gets the findings that a full scan gives it.

`python -m tests.benchmarks.consistency REPO` does the same to a real repository, 300 times each.
"""

from pathlib import Path
from random import Random

import pytest

from tests.consistency import edited, sources, subset
from tests.small_project import JAVASCRIPT, PYTHON, scan, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "project")


def test_the_project_has_findings_that_need_other_files(root: Path, tmp_path: Path) -> None:
    """Otherwise the tests below would say nothing: alone, without its project, a file is judged differently."""
    whole = scan(root)
    apart = {path: scan(write(tmp_path / f"{n}", {path: text})).findings for n, (path, text) in
             enumerate({**PYTHON, **JAVASCRIPT}.items())}  # fmt: skip

    assert {f[0] for f in whole.findings}
    for suffix in (".py", ".ts"):
        assert any(whole.of({path}).findings != alone for path, alone in apart.items() if path.endswith(suffix))


def test_what_no_scan_reads_counts_in_no_shard(root: Path) -> None:
    """Otherwise the right answer to a shard would be another one than the scan's."""
    read = sources(root)
    write(root, {"app/types.d.ts": "export {}", "app/vendor.min.js": "f()", "app/old.mts": "export {}"})

    assert sources(root) == sorted([*read, "app/old.mts"])


@pytest.mark.parametrize("seed", range(24))
def test_a_subset_is_judged_as_in_the_whole(root: Path, tmp_path: Path, seed: int) -> None:
    """Alone, in a list, by standard input, in a shard; with a cache and without one."""
    said = subset(root, scan(root), Random(seed), tmp_path / "cache")

    assert said.got == said.wanted, said.what


@pytest.mark.parametrize("seed", range(6))
def test_after_edits_the_cache_says_what_a_cold_scan_says(root: Path, tmp_path: Path, seed: int) -> None:
    """Callers and callees change, come and go."""
    random = Random(seed)
    for step in range(6):
        said = edited(root, random, step, tmp_path / "cache")
        assert said.got == said.wanted, said.what
