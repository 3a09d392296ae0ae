"""Requests that were asked before: repeats whose answer was known, and retries after a failure.

A request is the same as another by method, URL and body; what is remembered is a hash that Python keys anew in each
process, and a hash of the answer. A repeat is avoidable only where the answer came out the same: a poll that sees a
change is none.
"""

from typing import Any

from asynccost.probe.trace import Calls

MOST_SEEN = 8_192
MOST_BODY = 1 << 18
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
HOPELESS = frozenset((400, 401, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 501))  # the same will fail the same
SDK_SAYS = "x-stainless-retry-count"  # OpenAI's, Anthropic's and other SDKs of their generator
STORM = 4  # retries of one request; beyond that it is a storm


class Seen:
    """What is known of one request: its last answer and the attempts since the last good one."""

    __slots__ = ("answer", "attempts", "by_sdk", "flow", "good", "status", "writes")

    def __init__(self) -> None:
        """It has not been answered."""
        self.answer: int | None = None
        self.good = self.by_sdk = False
        self.status = self.attempts = self.writes = 0
        self.flow = 0


class Again:
    """A request that may turn out to be an avoidable repeat: `seen`, and whether it was answered well before."""

    __slots__ = ("known", "row", "seconds", "seen")

    def __init__(self, row: Calls, seen: Seen, *, known: bool) -> None:
        """Not yet answered."""
        self.row, self.seen, self.known = row, seen, known
        self.seconds = 0.0


class History:
    """The requests of a process, by hash; the oldest are forgotten."""

    def __init__(self) -> None:
        """None was made."""
        self._seen: dict[int, Seen] = {}

    def asked(self, row: Calls, identity: int, flow: int, writes: int, headers: Any) -> Again:
        """It is asked for. `writes`: how often something was written to its origin; `headers`: of the request."""
        seen = self._seen.get(identity)
        if seen is None:
            if len(self._seen) >= MOST_SEEN:
                del self._seen[next(iter(self._seen))]
            seen = self._seen[identity] = Seen()
            return Again(row, seen, known=False)
        row.repeats += 1
        failed = not seen.good and seen.flow == flow and seen.status != 0
        if failed:
            self._retried(row, seen, by_sdk=headers.get(SDK_SAYS, "0") != "0")
        known = seen.good and seen.writes == writes and row.method in SAFE and seen.answer is not None
        return Again(row, seen, known=known)

    def _retried(self, row: Calls, seen: Seen, *, by_sdk: bool) -> None:
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


def ended(again: Again, status: int, flow: int, writes: int, seconds: float) -> None:
    """It has ended with a status, or with an exception (-1)."""
    seen = again.seen
    seen.good = 200 <= status < 400
    seen.status, seen.flow, seen.writes = status, flow, writes
    again.seconds = seconds
    if seen.good:
        seen.attempts = 0
        seen.by_sdk = False


def answered(again: Again, body: bytes) -> None:
    """Its answer has been read."""
    if len(body) > MOST_BODY:
        return
    answer = hash(body)
    if again.known and again.seen.answer == answer:
        again.row.avoidable_repeats += 1
        again.row.repeat_seconds += again.seconds
    again.seen.answer = answer
