"""Removing a cache folder, and nothing that is not one."""

import os
import shutil

from asynccost.errors import PathError


def remove(folder: str) -> str:
    """Delete a cache folder; say what was done."""
    if not os.path.isdir(folder):
        return f"There is no cache at {folder}."
    if not os.path.isfile(os.path.join(folder, "CACHEDIR.TAG")):
        raise PathError(f"{folder}: not a cache folder of asynccost (it has no CACHEDIR.TAG); left alone")
    shutil.rmtree(folder)
    return f"Removed {folder}."
