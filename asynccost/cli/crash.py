"""Keeps the traceback of an internal error in a file, so that the terminal shows one sentence."""

import platform
import sys
import tempfile
import traceback

from asynccost import __version__


def keep(error: BaseException) -> str:
    """Write what a bug report needs; return the file's path."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="asynccost-crash-", suffix=".txt", encoding="utf-8", delete=False
    ) as file:
        file.write(f"asynccost {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        file.write(f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}")
    return file.name
