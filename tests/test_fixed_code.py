"""Fixed fixtures do what they did: the same results in the same order from a fake network that answers in any order."""

import asyncio
import gc
import random
from collections.abc import Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from tests.test_fixed_seed import FIXTURES, code

PRICES = "await_in_loop/before.shapes.py"
LOOPS = "await_in_loop/before.py"
STEPS = "sequential_awaits/before.py"


class Network:
    """A client whose answers take a random number of turns of the event loop; some paths raise ValueError."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.asked: list[str] = []
        self.open = self.most = 0

    async def get(self, path: str, params: dict[str, str] | None = None) -> SimpleNamespace:
        """Answer with the path, sooner or later."""
        self.asked.append(path)
        self.open += 1
        self.most = max(self.most, self.open)
        for _ in range(self.random.randrange(1, 9)):
            await asyncio.sleep(0)
        self.open -= 1
        if "bad" in path:
            raise ValueError(path)
        said = f"{path} {params or ''}"
        return SimpleNamespace(json=lambda: {"price": said}, text=said, content=said.encode(), output_text=said)

    @asynccontextmanager
    async def page(self, path: str) -> Any:
        """The same as something to enter."""
        answer = await self.get(path)

        async def text() -> str:
            return str(answer.text)

        async def read() -> bytes:
            return bytes(answer.content)

        yield SimpleNamespace(text=text, read=read)


NAMES = [f"n{number}" for number in range(30)]
Work = Callable[[SimpleNamespace, Network], Any]
Prices = Callable[[Any, Network], Any]


def _prices(call: Prices) -> Work:
    return lambda made, network: call(made.Prices(network), network)


def _session(network: Network) -> SimpleNamespace:
    return SimpleNamespace(get=network.page)


async def _tools(made: SimpleNamespace, network: Network) -> Any:
    tools = [SimpleNamespace(name=name, ainvoke=network.get) for name in ("a", "b", "a")]
    calls = [{"name": "ab"[number % 2], "args": name} for number, name in enumerate(NAMES)]
    return [a.text for a in await made.call_tools(SimpleNamespace(tool_calls=calls), tools)]


async def _once_each(made: SimpleNamespace, network: Network) -> Any:
    return [page.text for page in await made.once_each(network, [*NAMES, *NAMES[:5]])]


async def _refs(made: SimpleNamespace, network: Network) -> Any:
    class Client(Network):
        async def get(self, path: str, params: dict[str, str] | None = None) -> SimpleNamespace:
            await network.get(path, params)
            return SimpleNamespace(json=lambda: [path])

    return await made.Repositories(Client(0)).refs("r")


async def _page(made: SimpleNamespace, network: Network) -> Any:
    async def rank(*parts: Any) -> list[str]:
        return [part.text for part in parts]

    made.page.__globals__["rank"] = rank
    user, ranked = await made.page(network, 7)
    return user.text, ranked


async def _skipping(prices: Any, network: Network) -> Any:
    found = await prices.skipping(NAMES, set(NAMES[::3]))
    assert list(found) == [n for n in NAMES if n not in NAMES[::3]]
    return [found, sorted(network.asked)]


CASES: list[tuple[str, str, Work]] = [
    ("pages", PRICES, _prices(lambda prices, network: prices.save_pages(_session(network), NAMES))),
    ("quotes", PRICES, _prices(lambda prices, _: prices.quotes([*NAMES, ""]))),
    ("report", PRICES, _prices(lambda prices, _: prices.report(NAMES[::-1], "EUR"))),
    ("both", PRICES, _prices(lambda prices, _: prices.both())),
    ("skipping", PRICES, _prices(_skipping)),
    ("sizes", LOOPS, lambda made, network: made.sizes(network, NAMES)),
    ("tools", LOOPS, _tools),
    ("once each", LOOPS, _once_each),
    ("refs", STEPS, _refs),
    ("page", STEPS, _page),
]


@pytest.fixture(scope="module")
def both() -> Callable[[str], tuple[SimpleNamespace, SimpleNamespace]]:
    """What a fixture defines, before and after its fix; made once."""
    known: dict[str, tuple[SimpleNamespace, SimpleNamespace]] = {}

    def get(name: str) -> tuple[SimpleNamespace, SimpleNamespace]:
        if name not in known:
            known[name] = code(FIXTURES[name], fixed=False), code(FIXTURES[name], fixed=True)
        return known[name]

    return get


@pytest.mark.parametrize(("name", "work"), [(f, w) for _, f, w in CASES], ids=[c[0] for c in CASES])
def test_results_and_their_order_stay(name: str, work: Work, both: Any) -> None:
    """Whatever order the answers come in; the fixed code asks for the same, with up to ten under way."""
    before, after = both(name)
    answers = []
    for seed in range(5):
        old, new = Network(seed), Network(seed)
        was, now = asyncio.run(work(before, old)), asyncio.run(work(after, new))
        assert was == now
        assert sorted(old.asked) == sorted(new.asked)
        assert old.most == 1 < new.most <= 10
        answers.append(now)
    assert all(answer == answers[0] for answer in answers)


def test_an_error_ends_the_loop_as_before(both: Any) -> None:
    """An error that nobody catches is still the one that is seen, of its own type."""
    for made in both(LOOPS):
        with pytest.raises(ValueError, match="bad"):
            asyncio.run(made.sizes(Network(1), ["a", "b", "bad", "c"]))


class Bell:
    """Something to wait for that holds no one who waits: only its waiters hold it."""

    def __init__(self) -> None:
        self.rung: asyncio.Future[None] | None = None

    def __await__(self) -> Any:
        self.rung = asyncio.get_running_loop().create_future()
        yield from self.rung


def test_a_held_task_is_not_collected(both: Any) -> None:
    """A task that waits for what nobody else holds is collected before the fix, and lives after it."""
    alive = []
    for made in both("dropped_task/before.held.py"):

        async def run(made: SimpleNamespace = made) -> bool:
            asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)  # "task was destroyed"

            class Order:
                async def send(self) -> None:
                    await Bell()

            made.Orders().placed(Order())
            await asyncio.sleep(0)
            gc.collect()
            others = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await asyncio.sleep(0)
            held = getattr(made, "_background_tasks", set())
            assert held == set(), "a task that is done is let go"
            return bool(others)

        alive.append(asyncio.run(run()))
    assert alive == [False, True]
