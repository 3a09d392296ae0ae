"""Which line of a failed command's output says what failed."""

import re
from collections.abc import Iterator, Sequence

_MOST = 200  # characters of a line that are shown
_FAILED = re.compile(r"(?:FAILED|ERROR) \S+::\S+.*")  # pytest's short summary
_ERROR = re.compile(r"(?:[\w.]*(?:Error|Exception)\b(?:: .*)?|not ok \d+ .*|# Subtest: .*fail.*|✖ .*|✘ .*|× .*)")


def telling(output: str) -> str:
    """The line of an output that says most: the first test that failed, else the last error, else the last line."""
    lines = [line.strip() for line in output.split("\n") if line.strip()]
    failed = list(_matching(_FAILED, lines))
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return failed[0][:_MOST] + more
    errors = list(_matching(_ERROR, lines))
    return (errors or lines or [""])[-1][:_MOST]


def _matching(pattern: re.Pattern[str], lines: Sequence[str]) -> Iterator[str]:
    return (line for line in lines if pattern.match(line))
