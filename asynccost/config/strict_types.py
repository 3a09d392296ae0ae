"""Whether a project's type check refuses functions without annotations; what fixes write must pass it."""

import os
import re

_WORDS = r"(?:strict|disallow_untyped_defs)\s*=\s*(?:true|yes|on|1)"
_INSIDE = r"\](?:(?!^\[).)*?^"  # from a table's head to one of its lines
_TOML = re.compile(rf"^\[tool\.mypy{_INSIDE}{_WORDS}", re.M | re.S)
_PYRIGHT = re.compile(rf"^\[tool\.(?:based)?pyright{_INSIDE}typeCheckingMode\s*=\s*[\"']strict", re.M | re.S)
_INI = re.compile(rf"^\[mypy{_INSIDE}{_WORDS}", re.M | re.S | re.I)
_JSON = re.compile(r"\"typeCheckingMode\"\s*:\s*\"strict\"")
_FILES = (
    ("pyproject.toml", (_TOML, _PYRIGHT)), ("mypy.ini", (_INI,)), (".mypy.ini", (_INI,)), ("setup.cfg", (_INI,)),
    ("pyrightconfig.json", (_JSON,)),
)


def strict_types(root: str) -> str:
    """The file that tells mypy or pyright to refuse what is not annotated; "" where none does."""
    for name, patterns in _FILES:
        try:
            with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        if any(pattern.search(text) for pattern in patterns):
            return name
    return ""
