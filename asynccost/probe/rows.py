"""The kinds of rows of a Trace: counts by place, never events.

Seconds are floats of wall time unless the name says `cpu`. `place` is the first frame of the user's own code: where a
client was built, a request made, a task started. Nothing here holds a body, a header, a key, a query string or a path
as it was sent: `origin` is scheme, host and port, `path` a template (asynccost/probe/routes.py), so that traces may be
shared.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from asynccost.probe.row import Place, Row

Counts = dict[str, int]
Requests = list[Any]


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Clients(Row):
    """Clients (sessions) by the place that built them.

    unclosed: collected without having been closed; live: neither closed nor collected at the last look, which is
    `never closed` in a run that has ended. used_once, unused: clients that ended after one request, after none.
    init_cpu_seconds: CPU of the constructors. max_live: most at one time.
    """

    KIND: ClassVar[str] = "clients"
    KEY: ClassVar[tuple[str, ...]] = ("place", "library", "client", "step")
    PEAKS: ClassVar[tuple[str, ...]] = ("max_live",)
    place: Place
    library: str
    client: str
    step: str = ""
    created: int = 0
    closed: int = 0
    unclosed: int = 0
    live: int = 0
    max_live: int = 0
    used_once: int = 0
    unused: int = 0
    init_cpu_seconds: float = 0.0


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Calls(Row):
    """Requests by the place that made them, the place that built their client, and the endpoint.

    requests: what the program asked for; exchanges: what went over the wire (redirects and retries of the library
    included); mocks, and libraries that run over another hooked one, have no exchanges of their own. seconds: from
    the call to the end of the response. outcomes: "2xx" ... "5xx", "timeout", "cancelled", "error", and "refused" by a
    cost limit.
    new: connections established; reused: exchanges on one that was there; aborted: attempts that were cancelled or
    failed before they stood. avoidable: of the new ones, those that a pool would not have opened: more than were ever
    in flight at once to this origin by clients of one client_place (within one loop), less those whose
    forerunner the server had closed (closed_by_server), had been idle for too long (expired), or had gone with a
    request that failed or was given up.
    dns, tcp, tls seconds: of new connections; where a library does not tell DNS from TCP, it is in tcp.
    repeats: requests with the method, URL and body of an earlier one; avoidable_repeats: reads among them whose earlier
    answer was good and after which nothing was written to the origin; repeat_seconds: time of these.
    retries: by kind: "retry", and among them "pointless" (after an error that cannot pass), "storm" (the fifth and
    later of one request), "stacked" (by the program, of a request that its SDK had retried already).
    """

    KIND: ClassVar[str] = "calls"
    KEY: ClassVar[tuple[str, ...]] = ("place", "client_place", "library", "method", "origin", "path", "step")
    PEAKS: ClassVar[tuple[str, ...]] = ("max_in_flight",)
    place: Place
    client_place: Place | None
    library: str
    method: str
    origin: str
    path: str
    step: str = ""
    requests: int = 0
    exchanges: int = 0
    seconds: float = 0.0
    outcomes: Counts = field(default_factory=dict)
    durations: Counts = field(default_factory=dict)
    max_in_flight: int = 0
    new: int = 0
    reused: int = 0
    aborted: int = 0
    avoidable: int = 0
    closed_by_server: int = 0
    expired: int = 0
    dns_seconds: float = 0.0
    tcp_seconds: float = 0.0
    tls_seconds: float = 0.0
    pool_waits: int = 0
    pool_wait_seconds: float = 0.0
    repeats: int = 0
    avoidable_repeats: int = 0
    repeat_seconds: float = 0.0
    retries: Counts = field(default_factory=dict)


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Serial(Row):
    """Reads of one task that ran one after another although none used an earlier one's answer.

    place, previous: the lines of one function that waited for the later request and for the earlier, in whatever helper
    they were made; previous is None where one line waited again (a loop: N+1 from longest >= 5 on). savable is the sum
    of their times less the longest: what running them together would save at most. dependent: pairs left out because a
    value of the earlier answer stands in the later request; unknown: because the answer was not seen. worst_seconds:
    the most that could be saved in one run of requests, up to this place; example: the first 12 requests of that run,
    each as [seconds after the first began, seconds, method with origin and template, file and line of the request];
    only the 8 rows with the most to save have one.
    """

    KIND: ClassVar[str] = "serial"
    KEY: ClassVar[tuple[str, ...]] = ("place", "previous", "origin", "path", "step")
    PEAKS: ClassVar[tuple[str, ...]] = ("worst_seconds", "longest")
    EXAMPLE: ClassVar[str] = "example"
    place: Place
    previous: Place | None
    origin: str
    path: str
    step: str = ""
    requests: int = 0
    savable_seconds: float = 0.0
    longest: int = 0
    dependent: int = 0
    unknown: int = 0
    worst_seconds: float = 0.0
    example: Requests = field(default_factory=list)


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Tasks(Row):
    """asyncio tasks by the place that started them.

    dropped: collected while still pending, because nobody held them; failed_unseen: ended with an exception that
    nobody asked for; left: still pending when their loop ended.
    """

    KIND: ClassVar[str] = "tasks"
    KEY: ClassVar[tuple[str, ...]] = ("place", "step")
    PEAKS: ClassVar[tuple[str, ...]] = ("max_live",)
    place: Place
    step: str = ""
    created: int = 0
    max_live: int = 0
    dropped: int = 0
    failed_unseen: int = 0
    left: int = 0


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Timers(Row):
    """Timer handles (`call_later`, `call_at`) that the user's own code made.

    left: neither run nor cancelled when their loop ended.
    """

    KIND: ClassVar[str] = "timers"
    KEY: ClassVar[tuple[str, ...]] = ("place", "step")
    place: Place
    step: str = ""
    created: int = 0
    left: int = 0


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Blocking(Row):
    """Times an event loop stood still for 50 ms or longer, by the user's line that was seen running most.

    "(unseen)": no line was, since the interpreter's lock was never free.
    """

    KIND: ClassVar[str] = "blocking"
    KEY: ClassVar[tuple[str, ...]] = ("place",)
    PEAKS: ClassVar[tuple[str, ...]] = ("longest_seconds",)
    place: Place
    times: int = 0
    seconds: float = 0.0
    longest_seconds: float = 0.0


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Tokens(Row):
    """What metered (LLM) calls used, by place, step, model and endpoint: the sums of asynccost/probe/llm's counts.

    counts: each numeric field of its Usage by its name; calls that were told by an estimate are in `estimated`.
    """

    KIND: ClassVar[str] = "tokens"
    KEY: ClassVar[tuple[str, ...]] = ("place", "client_place", "origin", "provider", "model", "endpoint", "step")
    place: Place
    client_place: Place | None
    origin: str
    provider: str
    model: str
    endpoint: str
    step: str = ""
    calls: int = 0
    estimated: int = 0
    seconds: float = 0.0
    counts: Counts = field(default_factory=dict)


@dataclass(slots=True, repr=False, eq=False)  # Row has both
class Steps(Row):
    """Named stretches of the program: `asynccost.step`, and the entry points of web frameworks and pytest."""

    KIND: ClassVar[str] = "steps"
    KEY: ClassVar[tuple[str, ...]] = ("step",)
    PEAKS: ClassVar[tuple[str, ...]] = ("longest_seconds",)
    step: str
    runs: int = 0
    seconds: float = 0.0
    longest_seconds: float = 0.0


ROWS: tuple[type[Row], ...] = (Clients, Calls, Serial, Tasks, Timers, Blocking, Tokens, Steps)
