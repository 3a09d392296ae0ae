"""What a failed command said: the line that tells most."""

import pytest

from asynccost.fixer.verify import telling


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            "..F\nE  assert 1 == 2\nFAILED tests/test_a.py::test_x - assert 1 == 2\n"
            "FAILED tests/test_a.py::test_y - KeyError\n2 failed, 1 passed in 0.2s\n",
            "FAILED tests/test_a.py::test_x - assert 1 == 2 (and 1 more)",
        ),
        (
            "TypeError: timer is not a function\n    at run (run.js:3:5)\n    at async exports.handler (run.js:9:5)\n",
            "TypeError: timer is not a function",
        ),
        (
            "Traceback (most recent call last):\n  File 'a.py', line 1\nmodule.OwnError: no\nbye\n",
            "module.OwnError: no",
        ),
        (
            "  ● adds › a row\n\n    expected 1\n\nTests:       1 failed, 2 passed, 3 total\nTime:        4.2 s\n"
            "Ran all test suites matching /team/.\nForce exiting Jest: Have you considered --detectOpenHandles\n",
            "● adds › a row",
        ),
        ("made nothing\n\n", "made nothing"),
        ("", ""),
    ],
)
def test_the_line_that_tells_most(output: str, said: str) -> None:
    """A test that failed, else an error, else the last line."""
    assert telling(output) == said
