"""`--max-cost-per-run` and `probe(max_cost_usd=...)`: what is refused, where, and what the sum over processes is."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import asynccost
from asynccost import probe
from asynccost.cost.models import Tokens
from asynccost.cost.words import exact
from asynccost.probe.limits import Limit
from asynccost.probe.llm.usage import Usage
from asynccost.probe.purse import Purse, create
from asynccost.probe.trace import Calls
from tests.llm_server import Provider, serving

aiohttp = pytest.importorskip("aiohttp")
httpx = pytest.importorskip("httpx")
requests = pytest.importorskip("requests")

CALL = 0.003  # dollars: 1,000 tokens at $2.50 and 50 at $10 a million
PROMPT = "x" * 4000
ASK = f"""
import os, sys, urllib3
POOL = urllib3.PoolManager()

def ask(url, n, model="gpt-4o"):
    message = {{"role": "user", "content": f"{{n:04}}" + {PROMPT[4:]!r}}}
    return POOL.request("POST", url + "/v1/chat/completions", json={{"model": model, "messages": [message]}})

def ask_all(url, calls=10):
    for n in range(calls):
        ask(url, n)
"""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A server that charges CALL for each call, and knows no cache."""
    with serving(Provider(caches=False)) as provider:
        yield provider


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a module that asks a model."""
    (tmp_path / "asking.py").write_text(ASK)
    return tmp_path


def _run(folder: Path, provider: Provider, text: str, *options: str, usd: float = 0.01) -> subprocess.CompletedProcess:
    (folder / "app.py").write_text(f"import os, sys\nfrom asking import ask, ask_all\nurl = sys.argv[1]\n{text}\n")
    command = [sys.executable, "-m", "asynccost", "run", "--max-cost-per-run", str(usd), *options, "--", "app.py"]
    return subprocess.run(
        [*command, provider.url], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_call_after_the_limit_is_refused_and_the_run_exits_1(folder: Path, provider: Provider) -> None:
    """Four calls cost $0.012 and reach $0.01; the fifth is not sent. The message: limit, spent, where, what to do."""
    ran = _run(folder, provider, "ask_all(url)\nprint('never')")

    assert (ran.returncode, ran.stdout, provider.calls) == (1, "", 4)
    assert "CostLimitExceeded: cost limit reached: model calls have cost $0.012, the limit is $0.01 per" in ran.stderr
    assert "the model call at asking.py:7 in ask was not made" in ran.stderr
    assert "Allow more (--max-cost-per-run" in ran.stderr
    assert "cost limit: $0.012 of $0.01 spent; calls were refused" in ran.stderr


@pytest.mark.parametrize(("code", "becomes"), [(0, 1), (7, 7)])
def test_a_program_that_catches_it_fails_all_the_same(
    folder: Path, provider: Provider, code: int, becomes: int
) -> None:
    """`except Exception` does not catch it; what does may end as it likes, but not well. Later calls are refused."""
    text = f"""
for n in range(8):
    try:
        try:
            ask(url, n)
        except Exception:
            print("taken for a failed tool")
    except BaseException as error:
        print(type(error).__name__)
sys.exit({code})
"""
    ran = _run(folder, provider, text)

    assert (ran.returncode, ran.stdout, provider.calls) == (becomes, "CostLimitExceeded\n" * 4, 4)


def test_processes_share_one_sum(folder: Path, provider: Provider) -> None:
    """Forked, spawned and started by themselves: at most one call each more than one process would make."""
    text = """
import multiprocessing, subprocess
if __name__ == "__main__":
    work = [multiprocessing.get_context(m).Process(target=ask_all, args=(url, 30)) for m in ("fork", "spawn")]
    for one in work:
        one.start()
    other = subprocess.Popen([sys.executable, "-c", f"import asking; asking.ask_all({url!r}, 30)"])
    for one in work:
        one.join()
    print([one.exitcode for one in work], other.wait())
"""
    ran = _run(folder, provider, text, usd=0.029)  # the tenth call reaches it

    assert ran.returncode == 1
    assert ran.stdout == "[1, 1] 1\n"
    assert 10 <= provider.calls <= 10 + 2
    assert f"cost limit: {exact(float(provider.bill))} of $0.029 spent" in ran.stderr


def test_warn_says_it_once_in_all_processes(folder: Path, provider: Provider) -> None:
    """Everything is sent; the exit code is the program's."""
    text = "child = os.fork()\nask_all(url)\nif child:\n    os.wait()"
    ran = _run(folder, provider, text, "--cost-limit-action", "warn")

    assert (ran.returncode, provider.calls) == (0, 20)
    assert ran.stderr.count("the run goes on, as --cost-limit-action warn asks for") == 1
    assert "cost limit: $0.06 of $0.01 spent\n" in ran.stderr


def test_pause_without_a_terminal_acts_as_fail(folder: Path, provider: Provider) -> None:
    """As in CI: a session of its own has no terminal to ask at."""
    text = "if os.fork():\n    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))\nos.setsid()\nask_all(url)"
    ran = _run(folder, provider, text, "--cost-limit-action", "pause")

    assert (ran.returncode, provider.calls) == (1, 4)
    assert "CostLimitExceeded" in ran.stderr


AT_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def test_pause_waits_for_enter_at_the_terminal(folder: Path, provider: Provider) -> None:
    """Enter allows as much again; the end of input stops the run."""
    (folder / "app.py").write_text("import sys\nfrom asking import ask_all\nask_all(sys.argv[1])\n")
    run = [sys.executable, "-m", "asynccost", "run", "--max-cost-per-run", "0.01", "--cost-limit-action", "pause"]
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *run, "--", "app.py", provider.url],
        cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    asked = _until(process.stdout, b"Ctrl-D: stop here. ")
    assert b"a model call waits at asking.py:7 in ask" in asked
    assert provider.calls == 4
    process.stdin.write(b"\n")
    process.stdin.flush()
    _until(process.stdout, b"Ctrl-D: stop here. ")
    assert provider.calls == 7  # seven cost $0.021: twice $0.01
    process.stdin.write(b"\x04")
    process.stdin.flush()
    rest = process.communicate(timeout=30)[0]

    assert process.returncode == 1
    assert b"the limit is $0.01 per run and $0.01 that was allowed later" in rest


def _until(stream: object, end: bytes) -> bytes:
    told = b""
    while not told.endswith(end):
        told += os.read(stream.fileno(), 1) or pytest.fail(told.decode())  # type: ignore[attr-defined]
    return told


@pytest.mark.parametrize("model", ["llama3.2", "someone/finetuned-7b"])
def test_calls_without_a_price_neither_count_nor_are_held(folder: Path, provider: Provider, model: str) -> None:
    """A limit of nothing holds the first call that has a price, and no other."""
    ran = _run(folder, provider, f"ask(url, 1, {model!r})\nask(url, 2)", usd=0)

    assert (ran.returncode, provider.calls) == (1, 1)
    assert "asking.py:7 in ask was not made" in ran.stderr


def test_a_user_s_own_prices_count(folder: Path, provider: Provider) -> None:
    """From the usage file of the run."""
    (folder / "asynccost-usage.toml").write_text('[prices.models."gpt-4o"]\ninput = 25.0\noutput = 100.0\n')
    _run(folder, provider, "ask_all(url)")

    assert provider.calls == 1  # which cost $0.03


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cost-limit-action", "warn"], "which is missing"),
        (["--max-cost-per-run", "nan"], "must be a number"),
        (["--max-cost-per-run", "-1"], "is not in the range"),
    ],
)
def test_what_cannot_be_is_refused_before_the_run(folder: Path, options: list[str], said: str) -> None:
    """Exit code 2."""
    command = [sys.executable, "-m", "asynccost", "run", *options, "--", "asking.py"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert ran.returncode == 2
    assert said in " ".join(ran.stderr.split())


async def _with_aiohttp(url: str, asked: dict) -> None:
    async with aiohttp.ClientSession() as session, session.post(url, json=asked) as response:
        await response.json()


async def _with_httpx(url: str, asked: dict) -> None:
    async with httpx.AsyncClient() as client:
        await client.post(url, json=asked)


async def _with_requests(url: str, asked: dict) -> None:
    requests.post(url, json=asked)


@pytest.mark.parametrize("ask", [_with_aiohttp, _with_httpx, _with_requests])
def test_within_a_program_the_probe_holds_every_library(provider: Provider, ask: object) -> None:
    """Until the probe stops; what was refused is told as such, and no fault of ours is counted."""

    async def ask_twice() -> None:
        for n in range(2):
            await ask(url, {"model": "gpt-4o", "messages": [{"role": "user", "content": f"{n}{PROMPT}"}]})

    url = f"{provider.url}/v1/chat/completions"
    with probe(max_cost_usd=0.001) as watched:
        with pytest.raises(asynccost.CostLimitExceeded) as caught:
            asyncio.run(ask_twice())
        assert provider.calls == 1
    assert (caught.value.limit, caught.value.spent) == (0.001, pytest.approx(CALL, abs=1e-5))
    assert "test_cost_limit.py" in caught.value.where
    asyncio.run(ask_twice())

    assert provider.calls == 3
    outcomes: dict[str, int] = {}
    for row in watched.trace.rows(Calls):
        for name, n in row.outcomes.items():
            outcomes[name] = outcomes.get(name, 0) + n
    assert outcomes == {"2xx": 1, "refused": 1}
    assert watched.trace.processes[0].errors == {}


def test_a_limit_that_cannot_be_is_refused() -> None:
    """By the function that is called."""
    with pytest.raises(ValueError, match="0 or more"):
        probe(max_cost_usd=-1)
    with pytest.raises(ValueError, match="one of warn, pause, fail"):
        probe(max_cost_usd=1, cost_limit_action="stop")


def test_a_purse_adds_up_what_its_processes_spend(tmp_path: Path) -> None:
    """Each in a cell of its own, which outlives it; what is marked is marked once."""
    create(str(tmp_path))
    purse = Purse(str(tmp_path))
    purse.add(0.25)
    for _ in range(3):
        code = f"from asynccost.probe.purse import Purse; p = Purse({str(tmp_path)!r}); p.add(1.5); p.add(0.5)"
        subprocess.run([sys.executable, "-c", f"{code}; import os; os._exit(9)"], check=False)

    assert purse.spent == 6.25
    assert [purse.mark("once"), Purse(str(tmp_path)).mark("once"), purse.marked("once")] == [True, False, True]


def test_sums_of_floats_reach_a_round_limit() -> None:
    """Ten times $0.001 is $0.01, whatever the last digit says."""
    limit = Limit(0.01, "fail", Purse())
    tokens = Tokens(input=400)  # $0.001
    for _ in range(10):
        assert not limit.reached
        limit.spend(Usage("openai", "gpt-4o", "chat", tokens))

    assert limit.reached
