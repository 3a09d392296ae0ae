"""A merge of two branches never accepts a finding that their merged code does not have; 50 cases are a command of
tests/benchmarks/gate_merge.py."""

from pathlib import Path

import pytest

from tests.gate_merge import merge


@pytest.mark.parametrize("seed", [0, 2, 3, 4])
def test_never_looser(tmp_path: Path, seed: int) -> None:
    said = merge(tmp_path, seed, python=seed % 2 == 0)
    assert said is not None, "take a seed whose code git can merge"
    assert said.stale == []
