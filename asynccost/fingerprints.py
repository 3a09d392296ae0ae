"""The number under which a finding is known from outside: 16 hex digits of rule, path, scope, shape and ordinal.

They come from BLAKE2, by which contents are known too, without the rest of hashlib: OpenSSL takes 8 ms of a start.
"""

from collections import Counter
from collections.abc import Iterable

from asynccost.model import Finding

try:
    from _blake2 import blake2b  # what hashlib hands out as well
except ImportError:  # not CPython
    from hashlib import blake2b

__all__ = ["blake2b", "digest", "number", "scope_of"]


def digest(*parts: str) -> str:
    """16 hex digits of some texts."""
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def scope_of(f: Finding) -> str:
    """The function that a finding stands in, as it is named across edits."""
    return f.scope or f.function


def number(findings: Iterable[Finding]) -> None:
    """Count equals of one place apart, in the order given, and set every fingerprint."""
    counts: Counter[tuple[str, ...]] = Counter()
    for f in findings:
        place = f.rule, f.path, scope_of(f), digest(f.shape)
        f.ordinal = counts[place]
        counts[place] += 1
        f.fingerprint = digest(*place, str(f.ordinal))
