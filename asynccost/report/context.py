"""Where a report comes from: the repository, its commit and the time; asked for only by formats that show it."""

import os
from collections.abc import Mapping
from typing import NamedTuple


class Context(NamedTuple):
    """root: absolute, for links to an editor only. time: ISO 8601, UTC, of SOURCE_DATE_EPOCH where that is set."""

    root: str = ""
    remote: str = ""
    revision: str = ""
    time: str = ""


def context(root: str, environment: Mapping[str, str] = os.environ) -> Context:
    """Ask git about a folder; without git the answers are empty."""
    return Context(
        root=root,
        remote=_git(root, "remote", "get-url", "origin"),
        revision=_git(root, "rev-parse", "HEAD"),
        time=now(environment),
    )


def now(environment: Mapping[str, str] = os.environ) -> str:
    """The time in UTC to the second, of SOURCE_DATE_EPOCH where that is set."""
    from datetime import UTC, datetime

    epoch = environment.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _git(root: str, *arguments: str) -> str:
    import subprocess  # slow to load; only a page asks

    try:
        run = subprocess.run(
            ["git", "-C", root, *arguments], capture_output=True, text=True, errors="replace", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip() if run.returncode == 0 else ""
