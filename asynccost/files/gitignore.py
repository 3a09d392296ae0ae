"""The .gitignore files that apply to a folder, and what they say together."""

import os

from asynccost.config.config_file import above
from asynccost.patterns import Patterns

# innermost first: what to cut from and put before a path to make it relative to the file, and its patterns
Chain = tuple[tuple[int, str, Patterns], ...]


def ignored(path: str, name: str, folder: bool, chain: Chain) -> bool:
    """Whether the chain leaves a path out; the innermost file that says anything decides."""
    for cut, put, patterns in chain:
        verdict = patterns.verdict(put + path[cut:], name, folder)
        if verdict is not None:
            return verdict
    return False


def extended(chain: Chain, file: str, cut: int, put: str = "") -> Chain:
    """The chain with one more file before it, if there is such a file."""
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            patterns = Patterns(lines)
    except OSError:
        return chain
    return chain if patterns.empty else ((cut, put, patterns), *chain)


def outside(folder: str, root: str) -> Chain:
    """The files of the folders above one, up to the top of the checkout, and .git/info/exclude.

    Paths will be relative to `root`, which may lie above the folder or below the top.
    """
    chain: Chain = ()
    for place in [*above(folder)][::-1]:
        if place == root or place.startswith(os.path.join(root, "")):
            cut, put = len(place) - len(root), ""
        else:
            cut, put = 0, os.path.relpath(root, place).replace(os.sep, "/") + "/"
        chain = extended(chain, os.path.join(place, ".git", "info", "exclude"), cut, put)
        if place != folder:
            chain = extended(chain, os.path.join(place, ".gitignore"), cut, put)
    return chain
