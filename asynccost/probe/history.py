"""Requests that were asked before: repeats whose answer was known, and retries after a failure.

A request is the same as another by method, URL and body; what is remembered is a hash that Python keys anew in each
process, and a hash of the answer. A repeat is avoidable only where the answer came out the same: a poll that sees a
change is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asynccost.probe.rows import Calls

MOST_SEEN = 8_192
MOST_BODY = 1 << 18  # bytes; of an answer that is remembered, and of a body that is compared as a whole
PART = 1 << 14  # of a longer body, which its length and three parts tell: a loop would wait for the hash of it all
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
HOPELESS = frozenset((400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 501))  # the same will fail the same
SDK_SAYS = "x-stainless-retry-count"  # OpenAI's, Anthropic's and other SDKs of their generator
STORM = 4  # retries of one request; beyond that it is a storm


class Seen:
    """What is known of one request: its last answer and the attempts since the last good one.

    What was not set yet stands in the class: many requests are made once.
    """

    answer: int | None = None
    asked = good = by_sdk = False
    status = attempts = writes = flow = 0


class History:
    """The requests of a process, by hash, at most MOST_SEEN."""

    def __init__(self) -> None:
        """None was made."""
        self.seen: dict[int, Seen] = {}

    def forget(self) -> None:
        """The older half goes."""
        for identity in list(self.seen)[: MOST_SEEN // 2]:
            del self.seen[identity]


def retried(row: Calls, seen: Seen, headers: Any) -> None:
    """It is asked for again by the same task, after it had failed. `headers`: of the request."""
    by_sdk = headers.get(SDK_SAYS, "0") != "0"
    seen.attempts += 1
    kinds = ["retry"]
    if seen.status in HOPELESS:
        kinds.append("pointless")
    if seen.attempts > STORM:
        kinds.append("storm")
    if seen.by_sdk and not by_sdk:
        kinds.append("stacked")
    seen.by_sdk = seen.by_sdk or by_sdk
    for kind in kinds:
        row.retries[kind] = row.retries.get(kind, 0) + 1
