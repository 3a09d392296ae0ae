"""What is new, known, moved and fixed: findings are known again by rule, place and shape, never by line or count."""

import os

NAME = ".asynccost/baseline.jsonl"


def find(root: str) -> str | None:
    """The baseline of a project, if it has one; asked by every scan, so nothing is loaded for that."""
    path = os.path.join(root, NAME)
    return path if os.path.isfile(path) else None
