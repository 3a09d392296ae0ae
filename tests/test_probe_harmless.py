"""The probe changes nothing: wrappers are guards and the original call, faults stay inside, everything is put back."""

import ast
import asyncio
import builtins
import copy
import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import asynccost
from asynccost import errors, probe
from asynccost.probe import guards
from asynccost.probe.calls import Ledger
from asynccost.probe.engine import ENGINE
from asynccost.probe.patching import MISSING, Patches
from asynccost.probe.recorder import MOST_ROWS, Recorder
from asynccost.probe.trace import Calls, Clients, Steps
from tests.probe_server import running

aiohttp = pytest.importorskip("aiohttp")
httpx = pytest.importorskip("httpx")
requests = pytest.importorskip("requests")

HOOKS = Path(asynccost.__file__).parent / "probe" / "hooks"
RESULTS = {"response", "body", "result", "handle", "events"}  # what wrappers call what the original gave


def is_guard(node: ast.stmt) -> bool:
    """Under `@guarded`, or one whose whole body is a try that ends in `fault`; `x = None` may stand before it."""
    if not isinstance(node, ast.FunctionDef):
        return False
    if any(ast.unparse(d) == "guarded" for d in node.decorator_list):
        return True
    body = node.body[ast.unparse(node.body[0]).endswith(" = None") :]
    return len(body) == 1 and _guards(body[0])


def _guards(node: ast.stmt) -> bool:
    """A try that counts every Exception as a fault and does no more about it."""
    if not isinstance(node, ast.Try):
        return False
    caught = [ast.unparse(handler.type) for handler in node.handlers if handler.type is not None]
    after = [ast.unparse(statement) for handler in node.handlers for statement in handler.body]
    counts = r"fault\(error(, request|, begun)?\)( return None)?"
    return caught == ["Exception"] and re.fullmatch(counts, " ".join(after)) is not None


def is_inline_guard(node: ast.stmt) -> bool:
    """One that stands in a wrapper: it leaves the wrapper in no other way, and touches nothing of the call's own."""
    if not isinstance(node, ast.Try) or not _guards(node) or node.orelse or node.finalbody:
        return False
    within = [inner for statement in node.body for inner in ast.walk(statement)]
    leaves = (ast.Return, ast.Raise, ast.Break, ast.Continue, ast.Await, ast.Yield, ast.YieldFrom, ast.Delete)
    changes = {n.id for n in within if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    calls = {ast.unparse(n.func) for n in within if isinstance(n, ast.Call)}
    returns = any(isinstance(statement, ast.Return) for statement in node.handlers[0].body)
    return not (
        any(isinstance(n, leaves) for n in within)
        or changes & {"call", "args", "kwargs", "self", "error", *RESULTS}
        or "call" in calls
        or returns
    )


def _wrappers() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef, set[str]]]:
    for path in sorted(HOOKS.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        guarded = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and is_guard(node)}
        for maker in tree.body:
            for node in ast.walk(maker):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == "wrapper":
                    yield f"{path.name}:{node.lineno}", node, guarded


def inline_guards(within: ast.AST) -> list[ast.Try]:
    """The guards that stand in a wrapper."""
    return [node for node in ast.walk(within) if isinstance(node, ast.Try) and is_inline_guard(node)]


def given(wrapper: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, str]:
    """A wrapper's parameters, and how its original has to be given each."""
    names = {n.arg: n.arg for n in wrapper.args.args}
    rest = [(n, f"{stars}{n.arg}") for n, stars in ((wrapper.args.vararg, "*"), (wrapper.args.kwarg, "**")) if n]
    return names | {n.arg: text for n, text in rest} | {n.arg: f"{n.arg}={n.arg}" for n in wrapper.args.kwonlyargs}


def _stored(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


class _Without(ast.NodeTransformer):
    """What is left of a wrapper without the guards that stand in it."""

    def visit_Try(self, node: ast.Try) -> ast.AST | None:
        """A guard goes."""
        return None if is_inline_guard(node) else self.generic_visit(node)


WRAPPERS = list(_wrappers())
IMPORTED_GUARDS = {"entered", "left"}  # of steps.py


@pytest.mark.parametrize(("where", "wrapper", "guarded"), WRAPPERS, ids=[where for where, *_ in WRAPPERS])
def test_a_wrapper_holds_guards_and_the_original_call_alone(
    where: str, wrapper: ast.FunctionDef | ast.AsyncFunctionDef, guarded: set[str]
) -> None:
    """Read from the syntax tree: one call of the original, calls of guards, guards; nothing that could raise."""
    told = {n.id for guard in inline_guards(wrapper) for n in ast.walk(guard) if isinstance(n, ast.Name) and _stored(n)}
    nothing = [n for n in wrapper.body if isinstance(n, ast.AnnAssign) and ast.unparse(n).endswith("= None")]
    first = {ast.unparse(n.target) for n in nothing}
    wrapper = _Without().visit(copy.deepcopy(wrapper))
    later = {n.id for n in ast.walk(wrapper) if isinstance(n, ast.Name) and not _stored(n)}
    assert told & later <= first, f"{where}: what a guard tells is not known where it fails"

    calls = [node for node in ast.walk(wrapper) if isinstance(node, ast.Call)]
    originals = [node for node in calls if ast.unparse(node.func) == "call"]
    others = {ast.unparse(node.func) for node in calls} - {"call"}

    assert len(originals) == 1, where
    assert not told & given(wrapper).keys(), f"{where}: a guard changes what the original is given"
    handed_on = [ast.unparse(n) for n in (*originals[0].args, *originals[0].keywords)]
    assert handed_on == list(given(wrapper).values()), where
    assert others <= guarded | IMPORTED_GUARDS, where
    allowed = (
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.arguments, ast.arg, ast.Assign, ast.Expr, ast.Return, ast.Try),
        *(ast.ExceptHandler, ast.Raise, ast.Call, ast.Await, ast.Name, ast.Load, ast.Store, ast.Starred, ast.keyword),
        *(ast.BoolOp, ast.Or, ast.Constant, ast.AnnAssign, ast.BinOp, ast.BitOr),
    )
    assert [type(node).__name__ for node in ast.walk(wrapper) if not isinstance(node, allowed)] == []
    for handler in (node for node in ast.walk(wrapper) if isinstance(node, ast.ExceptHandler)):
        assert isinstance(handler.body[-1], ast.Raise), f"{where} swallows an exception"


@pytest.mark.parametrize("library", ["aiohttp", "httpx", "requests"])
def test_a_fault_in_one_request_hides_no_later_one(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a request's URL and body cannot be looked at, the request still ends, and the next ones are counted."""
    faults = iter([RuntimeError("injected")])

    def first(self: Ledger, *args: Any) -> Any:
        for error in faults:
            raise error
        return known(self, *args)

    known = Ledger._seen
    monkeypatch.setattr(Ledger, "_seen", first)
    with running() as server, probe() as watched:
        asyncio.run(_three(library, f"{server.url}/ok/1"))
        assert sum(guards.FAULTS.values()) == 1
        guards.FAULTS.clear()
    (row,) = watched.trace.rows(Calls)

    assert (row.requests, row.outcomes) == (3, {"2xx": 3})


def test_a_mock_that_raises_is_no_fault_of_ours() -> None:
    """An autospec of aiohttp's ClientRequest raises ValueError when it is asked for its URL."""

    @guards.guarded
    def guard(asked: Any) -> str:
        return str(asked.url())

    class Broken:
        def url(self) -> str:
            raise ValueError("URL should be absolute")

    assert guard(mock.Mock(**{"url.side_effect": ValueError("URL should be absolute")})) is None
    assert guards.FAULTS == {}
    assert guard(Broken()) is None
    assert sum(guards.FAULTS.values()) == 1
    guards.FAULTS.clear()


async def _three(library: str, url: str) -> None:
    if library == "requests":
        with requests.Session() as session:
            for _ in range(3):
                session.get(url)
    elif library == "httpx":
        async with httpx.AsyncClient() as client:
            for _ in range(3):
                await client.get(url)
    else:
        async with aiohttp.ClientSession() as client:
            for _ in range(3):
                async with client.get(url) as response:
                    await response.read()


def test_a_full_table_takes_in_what_has_no_place() -> None:
    """As the steps of a suite of thousands of tests are: the rest is one row."""
    recorder = Recorder("", b"key")
    for number in range(MOST_ROWS + 3):
        recorder.row(Steps, f"test {number}").runs += 1

    assert recorder.row(Steps, "(other)").runs == 3
    assert len(recorder.rows) == MOST_ROWS + 1


def test_one_exception_alone_passes_the_guards() -> None:
    """Guards catch Exception; what is none is raised in one place, where a limit that the user set refuses a call."""
    raised = [
        (path.name, ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc))
        for path in sorted(HOOKS.parent.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise) and node.exc is not None
    ]
    known = {**vars(builtins), **vars(errors), "UnreadableError": Exception}
    passing = [(path, name) for path, name in raised if not issubclass(known[name], Exception)]

    assert passing == [("limits.py", "CostLimitExceeded")]


def _attributes() -> dict[tuple[str, str], object]:
    owners = (aiohttp.ClientSession, aiohttp.connector.BaseConnector, aiohttp.TCPConnector, httpx.AsyncClient)
    owners += (httpx.Client,)
    owners += (httpx.AsyncHTTPTransport, requests.Session, asyncio.base_events.BaseEventLoop, httpx.Response)
    return {(owner.__name__, name): value for owner in owners for name, value in vars(owner).items()}


def test_uninstalling_restores_every_attribute() -> None:
    """The very objects, and no attribute more; the finder is gone."""
    before, finders = _attributes(), list(sys.meta_path)
    with probe(), probe():
        assert _attributes() != before

    assert {k: v for k, v in _attributes().items() if before.get(k) is not v} == {}
    assert _attributes().keys() == before.keys()
    assert sys.meta_path == finders


def test_who_wraps_after_us_keeps_working_in_any_order_of_leaving() -> None:
    """Ours stays below, asleep, and is used again by the next probe."""
    original = requests.Session.send
    calls = []
    with running() as server:
        first = probe().start()
        ours = requests.Session.send

        def theirs(self: requests.Session, *args: Any, **kwargs: Any) -> Any:
            calls.append(1)
            return ours(self, *args, **kwargs)

        requests.Session.send = theirs  # type: ignore[method-assign]
        first.stop()
        assert requests.Session.send is theirs
        assert requests.get(f"{server.url}/ok/1").status_code == 200
        with probe() as second:
            assert requests.get(f"{server.url}/ok/1").status_code == 200
        assert [row.requests for row in second.trace.rows(Calls)] == [1]
    requests.Session.send = original  # type: ignore[method-assign]
    ENGINE.patches.leftover.clear()
    assert len(calls) == 2


def test_a_wrapper_that_names_parameters_stands_before_any_original() -> None:
    """The same ones: their defaults are the original's. Others: guards are told what they can be, the original all."""
    told: list[object] = []

    def make(call: Any) -> Any:
        def wrapper(self: Any, size: Any, *, close: Any = "of the wrapper") -> Any:
            told.append((size, close))
            return call(self, size, close=close)

        return wrapper

    class Same:
        def get(self, size: int, *, close: bool = True) -> object:
            return size, close

    class Other:
        def get(self, size: int, color: str, /, speed: int = 0, close: bool = False) -> object:
            return size, color, speed, close

    class Wrapped:
        def get(self, *args: Any, **kwargs: Any) -> object:
            return args, kwargs

    patches = Patches()
    for kind in (Same, Other, Wrapped):
        patches.wrap(kind, "get", make)
    assert Same().get(1) == (1, True)
    assert Other().get(2, "red", close=True) == (2, "red", 0, True)
    assert Wrapped().get(3, other=4) == ((3,), {"other": 4})
    assert told == [(1, True), (2, True), (3, None)]
    with pytest.raises(TypeError, match="missing 1 required"):
        Same().get()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="missing 1 required"):
        Other().get(1)  # type: ignore[call-arg]
    patches.restore()
    assert Same().get(1, close=False) == (1, False)


def test_inherited_attributes_are_taken_away_again() -> None:
    """What an owner did not have of its own it has not afterwards."""

    class Base:
        def greet(self) -> str:
            return "hello"

    class Child(Base):
        pass

    patches = Patches()
    patches.wrap(Child, "greet", lambda call: lambda self: call(self).upper())
    assert Child().greet() == "HELLO"
    patches.restore()
    assert vars(Child).get("greet", MISSING) is MISSING


def test_clients_that_are_forgotten_are_told_and_warned_of_as_ever() -> None:
    """aiohttp's own warning stands; the probe counts what nobody closed."""

    async def forget() -> None:
        session = aiohttp.ClientSession()
        del session
        gc.collect()

    with probe() as watched, pytest.warns(ResourceWarning, match="Unclosed client session"):
        asyncio.run(forget())
    row = watched.trace.rows(Clients)[0]

    assert (row.created, row.closed, row.unclosed, row.live, row.unused) == (1, 0, 1, 0, 1)


@pytest.mark.parametrize(("client", "core"), [("httpx", "httpcore"), ("httpx2", "httpcore2")])
def test_a_library_that_is_imported_once_more_is_hooked_once_more(client: str, core: str) -> None:
    """A package that is taken out of sys.modules comes back without the attributes that name its inner modules."""
    pytest.importorskip(client)
    _alone(
        f"import {core}\nimport {client}\n"
        f"for name in ('{core}', '{client}'):\n"
        "    del sys.modules[name]\n"
        f"import {client}\nimport {core}\n"
        f"for owner, name in (({client}.Client, 'send'), ({core}.SyncBackend, 'connect_tcp')):\n"
        "    assert hasattr(vars(owner)[name], '__wrapped__')\n"
    )


def test_every_hook_is_installed_whole() -> None:
    """A hook that fails halfway leaves the later ones of its library out: each library at once, and under an alias."""
    pytest.importorskip("httpx2")
    _alone(
        "import aiohttp, requests, urllib3, anyio, multiprocessing.util, _pytest.runner, httpx, httpx2\n"
        "from asynccost.probe.engine import ENGINE\n"
        "last = [aiohttp.ClientResponse.read, urllib3.response.HTTPResponse.close]\n"
        "last += [requests.Session.send]\n"
        "for library in (httpx, httpx2):\n"
        "    library.Client().close()\n"
        "    last.append(library._transports.default.AsyncResponseStream.aclose)\n"
        "assert all(hasattr(hook, '__wrapped__') for hook in last), last\n"
    )
    _alone(
        "import httpx2\nhttpx2.alias_httpx()\nimport httpx\n"
        "from asynccost.probe.engine import ENGINE\n"
        "httpx.Client().close()\n"
        "assert httpx is httpx2\n"
        "assert 'httpx' not in ENGINE.hooked and {'httpx2', 'httpcore2'} <= ENGINE.hooked.keys(), ENGINE.hooked\n"
    )


def _alone(program: str) -> None:
    """Run a program in a process of its own, under the probe, of which no statement may fail."""
    within = "".join(f"    {line}\n" for line in program.splitlines())
    lines = "import sys\nfrom asynccost import probe\nfrom asynccost.probe import guards\nwith probe():\n" + within
    subprocess.run([sys.executable, "-c", lines + "assert guards.FAULTS == {}, guards.FAULTS\n"], check=True)
