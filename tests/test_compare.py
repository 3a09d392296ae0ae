"""`asynccost compare` and `asynccost usage`: what two runs cost, and the file that says how often things run."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from asynccost.cli.compare import command as compare_command
from asynccost.cli.usage import command as usage_command
from asynccost.cost.receipt import evaluate
from asynccost.cost.totals import cost_of
from asynccost.cost.usage import Usage
from asynccost.pricing.comparing import compare, side
from asynccost.probe.trace import Calls, Clients, Place, Process, Tokens, Trace
from asynccost.probe.tracefile import dumps

HERE = Place("app/provider.py", "Provider.complete", 9)


def run(connections: int, *, requests: int = 100, cached: int = 0, cpu: float = 1.0, model: str = "gpt-4o") -> Trace:
    """A run of 100 requests, each of which sent 3,000 tokens to a model."""
    counts = {"input": 3000 * requests, "cached": cached, "output": 200 * requests}
    return Trace(
        [Process(1, 1000.0, 1010.0, cpu_seconds=cpu, finished=True)],
        [
            Clients(HERE, "aiohttp", "ClientSession", created=connections, used_once=connections),
            Calls(
                *(HERE, HERE, "aiohttp", "POST", "https://api.openai.com", "/v1/chat/completions"),
                requests=requests, exchanges=requests, new=connections, avoidable=connections - 1,
                tls_seconds=0.05 * connections,
            ),
            Tokens(HERE, HERE, "https://api.openai.com", "openai", model, "chat", calls=requests, counts=counts),
        ],
    )  # fmt: skip


def test_a_fix_that_paid() -> None:
    """Connections, seconds, the hit rate and dollars of either side, to the cent of the price table."""
    found = compare(
        side(run(100, cpu=2.0), "before", Usage()), side(run(1, cached=256_000), "after", Usage())
    )
    assert found.verdict == "paid"
    assert found.same_work
    assert (found.before.counts["new connections"], found.after.counts["new connections"]) == (100, 1)
    assert found.after.seconds["DNS, TCP and TLS"] == pytest.approx(0.05)
    assert found.before.hit_rate == 0
    assert found.after.hit_rate == pytest.approx(256 / 300)
    assert found.before.dollars("llm") == pytest.approx((300_000 * 2.5 + 20_000 * 10) / 1e6)
    assert found.after.dollars("llm") == pytest.approx((44_000 * 2.5 + 256_000 * 1.25 + 20_000 * 10) / 1e6)
    assert found.before.dollars("infrastructure") == pytest.approx(2.0 * 0.04048 / 3600)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (run(1), run(100), "cost more"),
        (run(5, cpu=1.0), run(5, cpu=1.05), "no difference"),  # noise
        (run(50, cached=256_000), run(1), "mixed"),
    ],
)
def test_a_fix_that_did_not(before: Trace, after: Trace, verdict: str) -> None:
    """More connections cost more, a little CPU is noise, a lost cache outweighs nothing silently."""
    assert compare(side(before, "a", Usage()), side(after, "b", Usage())).verdict == verdict


def test_other_work_and_unknown_prices_are_said(tmp_path: Path) -> None:
    """Two runs that are no pair; a model that no table has."""
    (tmp_path / "a.jsonl").write_text(dumps(run(3, model="own-model")), "utf-8")
    (tmp_path / "b.jsonl").write_text(dumps(run(3, requests=50)), "utf-8")
    said = CliRunner().invoke(compare_command, [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]).output
    assert "did not make the same number of requests" in said
    assert "No price is known for openai/own-model" in said


def test_the_json_has_the_receipts(tmp_path: Path) -> None:
    """Each dollar with formula and figures."""
    for name, connections in (("a.jsonl", 9), ("b.jsonl", 1)):
        (tmp_path / name).write_text(dumps(run(connections)), "utf-8")
    arguments = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl"), "--format", "json"]
    result = json.loads(CliRunner().invoke(compare_command, arguments).output)
    costs = [cost_of(row) for name in ("before", "after") for row in result[name]["costs"]]
    assert len(costs) == 4
    for cost in costs:
        assert evaluate(cost.formula, {f.name: f.value for f in cost.basis}) == pytest.approx(cost.likely)
        assert all(f.source for f in cost.basis)


CODE = """\
import aiohttp


async def fetch(name):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://example.org/{name}") as response:
            return await response.text()


async def all_of(names):
    return [await fetch(name) for name in names]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one place that a rate would price."""
    (tmp_path / "app.py").write_text(CODE)
    (tmp_path / "asynccost.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_usage_file_is_drafted_once(project: Path) -> None:
    """With what a run showed; every number waits for the user; it is never overwritten."""
    trace = Trace([], [Clients(Place("app.py", "fetch", 5), "aiohttp", "ClientSession", created=1234)])
    (project / "run.jsonl").write_text(dumps(trace), "utf-8")
    file = project / "asynccost-usage.toml"

    done = CliRunner().invoke(usage_command, ["init", "--trace", "run.jsonl"])

    assert done.exit_code == 0, done.output
    assert '# "app.py::fetch" = 0 # 1,234 in run.jsonl' in file.read_text("utf-8")
    assert "1 place can be" in done.output
    assert CliRunner().invoke(usage_command, ["check"], standalone_mode=False).return_value == 0
    file.write_text("# mine\n")
    again = CliRunner().invoke(usage_command, ["init"], standalone_mode=False)
    assert "stays as it is" in str(again.exception)
    assert file.read_text() == "# mine\n"


def test_a_filled_in_draft_is_read(project: Path) -> None:
    """Every line of the draft is TOML once its # is gone."""
    CliRunner().invoke(usage_command, ["init"])
    file = project / "asynccost-usage.toml"
    text = file.read_text("utf-8")
    file.write_text(re.sub(r'^# (?=["a-z\[])', "", text, flags=re.M), "utf-8")
    done = CliRunner().invoke(usage_command, ["check"], standalone_mode=False)
    assert done.exception is None
    assert done.return_value == 0
    assert "2 entries" in done.output
    assert "1 models" in done.output


def test_entries_that_name_nothing_are_told(project: Path) -> None:
    """With file and line."""
    text = '[calls-per-month]\n"app.py::fetch" = 1\n"app.py::gone" = 1\n"old.py" = 1\n'
    (project / "asynccost-usage.toml").write_text(text)
    done = CliRunner().invoke(usage_command, ["check"], standalone_mode=False)
    assert done.return_value == 1
    assert 'asynccost-usage.toml:3: "app.py::gone": app.py has no gone' in done.output
    assert 'asynccost-usage.toml:4: "old.py": there is no old.py here' in done.output
