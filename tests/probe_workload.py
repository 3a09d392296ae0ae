"""Random programs that talk to the counting server, and what they know themselves about what they did."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st

ASYNC = ("aiohttp", "httpx", "httpx2")
SYNC = ("httpx.Client", "httpx2.Client", "requests", "urllib3")
KINDS = ("ok/1", "ok/2", "ok/x", "status/404", "status/500", "redirect/1", "redirect/2", "close", "stream/3", "drop")
HOW = ("in turn", "threads", "fork")
KEPT = 0.01  # seconds, the keep-alive time of a client whose idle connections are to expire


@dataclass(frozen=True)
class Ask:
    """One request: a path of the server; what is sent; how it ends.

    end: read; unread (a stream that is left); cancelled or timeout by the program; early (cancelled after some turns of
    the loop, so that it may still be connecting); limit (the client's own timeout).
    """

    path: str
    method: str = "GET"
    body: bytes = b""
    end: str = "read"
    turns: int = 0


@dataclass(frozen=True)
class Session:
    """One client: its requests in groups that run at once, in tasks or in threads.

    pool: connections at most. expiry: what ends its idle connections after each group: the "server", its own keep-alive
    time ("client"), or nothing.
    """

    library: str
    groups: tuple[tuple[Ask, ...], ...]
    pool: int = 100
    expiry: str = ""

    @property
    def asks(self) -> Iterator[Ask]:
        """Its requests."""
        for group in self.groups:
            yield from group


@dataclass(frozen=True)
class Workload:
    """Sessions in turn, each in a thread (and loop) of its own, or in turn in a forked child and in its parent."""

    sessions: tuple[Session, ...]
    secure: bool
    how: str

    @property
    def child(self) -> tuple[Session, ...]:
        """What a forked child does."""
        return self.sessions[::2] if self.how == "fork" else ()

    @property
    def parent(self) -> tuple[Session, ...]:
        """What this process does."""
        return self.sessions[1::2] if self.how == "fork" else self.sessions


@dataclass
class Known:
    """What a program knows it does; each process of it sees for itself what it repeats."""

    clients: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    repeats: int = 0

    def process(self, sessions: tuple[Session, ...]) -> None:
        """One process of it."""
        seen: set[tuple[str, str, bytes]] = set()
        for session in sessions:
            self.clients[session.library] += 1
            for ask in session.asks:
                self.requests[session.library] += 1
                self.repeats += (ask.method, ask.path, ask.body) in seen
                seen.add((ask.method, ask.path, ask.body))


def known(work: Workload) -> Known:
    """What it does, in all."""
    found = Known()
    found.process(work.parent)
    found.process(work.child)
    return found


_read = st.one_of(
    st.builds(Ask, st.sampled_from(KINDS)),
    st.builds(Ask, st.sampled_from(("ok/1", "ok/2")), st.sampled_from(("GET", "HEAD"))),
    st.builds(Ask, st.sampled_from(("ok/1", "ok/2")), st.just("POST"), st.sampled_from((b"", b"a", b"b"))),
    st.builds(Ask, st.just("refused")),
    st.builds(Ask, st.just("slow/500"), end=st.just("limit")),
    st.builds(Ask, st.just("stream/50"), end=st.just("unread")),
)
_left = st.one_of(
    st.builds(Ask, st.just("slow/500"), end=st.sampled_from(("timeout", "cancelled"))),
    st.builds(Ask, st.sampled_from(("ok/1", "slow/500")), end=st.just("early"), turns=st.integers(1, 12)),
)


def _sessions(libraries: tuple[str, ...], asks: st.SearchStrategy[Ask]) -> st.SearchStrategy[Session]:
    groups = st.lists(st.lists(asks, min_size=1, max_size=4).map(tuple), min_size=0, max_size=4).map(tuple)
    pools, expiries = st.sampled_from((1, 2, 100)), st.sampled_from(("", "", "server", "client"))
    return st.builds(Session, st.sampled_from(libraries), groups, pools, expiries)


_some = st.lists(st.one_of(_sessions(ASYNC, _read | _left), _sessions(SYNC, _read)), min_size=1, max_size=5).map(tuple)
WORKLOADS = st.builds(Workload, _some, st.booleans(), st.sampled_from(HOW))
