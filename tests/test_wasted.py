"""What a trace shows as waste, priced: each kind against a price that a hand works out, and the summary's receipts.

The numbers written out here are published prices: AWS Fargate us-east-1, gpt-4o and claude-sonnet-4-5.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from asynccost.cost.receipt import added, evaluate, price
from asynccost.cost.usage import Usage
from asynccost.cost.usage_file import read as read_usage
from asynccost.cost.words import exact
from asynccost.model import Figure
from asynccost.pricing.money import Money
from asynccost.pricing.wasted import growth, priced
from asynccost.probe.trace import Blocking, Calls, Clients, Place, Process, Row, Serial, Tasks, Timers, Tokens, Trace
from asynccost.probe.waste import MISSED, REPEATED, UNREAD
from asynccost.report.run_summary import summary

VCPU, GB = 0.04048, 0.004445  # USD per vCPU hour and GB hour
TASK = (1 * VCPU + 2 * GB) / 3600  # one vCPU and 2 GB for a second
HERE, BUILT, BEFORE = Place("app.py", "ask", 7), Place("app.py", "client", 3), Place("app.py", "ask", 6)
API = "https://api.example.com"
RUN = Process(7, 1_790_000_000.0, 1_790_007_200.0, finished=True)  # two hours
MONEY = Money(Usage(), None, "run.jsonl", "2026-09-22")


def calls(**counts: object) -> Calls:
    """Requests of one line."""
    return Calls(HERE, BUILT, "httpx", "GET", API, "/items", **counts)  # type: ignore[arg-type]


def model(provider: str, name: str, n: int, **counts: int) -> Tokens:
    """Calls of one line to one model."""
    return Tokens(HERE, None, API, provider, name, "chat", calls=n, counts=dict(counts))


CLIENTS = Clients(BUILT, "httpx", "AsyncClient", created=101, closed=101, used_once=101, init_cpu_seconds=2.02)
OPENED = calls(requests=101, new=101, avoidable=100, dns_seconds=1.01, tcp_seconds=2.02, tls_seconds=7.07)
LEAKED = Clients(BUILT, "httpx", "AsyncClient", created=50, live=50, init_cpu_seconds=1.0)
SHARED = Clients(BUILT, "aiohttp", "ClientSession", created=20, live=20, init_cpu_seconds=0.001)
ONE_BY_ONE = Serial(HERE, BEFORE, API, "/items", requests=90, savable_seconds=36.0, longest=2)
REPEATS = calls(requests=500, repeats=400, avoidable_repeats=400, repeat_seconds=80.0)
RETRIES = calls(requests=90, seconds=9.0, retries={"retry": 60, "pointless": 40, "storm": 30})
Range = tuple[float, float, float]


def categories() -> Iterator[tuple[str, list[Row], Range | None]]:
    """Each kind of waste, what a trace has of it, and what it costs: low, likely, high."""
    connecting = 100 * 0.1 * TASK  # 100 of 101 connections, a tenth of a second each
    yield (
        "session-recreation",  # 100 clients more than one, of 20 ms CPU each, and 100 connections
        [CLIENTS, OPENED],
        (
            (100 * 0.02 + 100 * 0.0004) * VCPU / 3600,
            (100 * 0.02 + 100 * 0.0018) * VCPU / 3600,
            (100 * 0.02 + 100 * 0.0022) * VCPU / 3600 + connecting,
        ),
    )
    yield (
        "pooling-disabled",
        [replace(OPENED, client_place=None)],
        (100 * 0.0004 * VCPU / 3600, 100 * 0.0018 * VCPU / 3600, 100 * 0.0022 * VCPU / 3600 + connecting),
    )
    yield (
        "unclosed-session",  # 50 that loaded certificates and 20 that did not, for half of two hours
        [LEAKED, SHARED],
        (0.0, 50 * 863_232 / 1e9 * GB + 20 * 104_448 / 1e9 * GB, 2 * (50 * 895_000 + 20 * 312_320) / 1e9 * GB),
    )
    yield "sequential-awaits", [ONE_BY_ONE], (0.0, 0.0, 36 * TASK)
    loop = replace(ONE_BY_ONE, previous=None, longest=9)
    yield "await-in-loop", [loop], (0.0, 0.0, 36 * TASK)
    yield "blocking-call", [Blocking(HERE, 30, 12.0, 0.9)], (0.0, 0.0, 12 * TASK)
    yield (
        REPEATED,
        [REPEATS],
        (400 * 0.00008 * VCPU / 3600, 400 * 0.0004 * VCPU / 3600, 400 * 0.0005 * VCPU / 3600 + 80 * TASK),
    )
    yield (
        "blind-retry",  # 40 at least, since one may be of both kinds, and all 60 at the most
        [RETRIES],
        (40 * 0.00008 * VCPU / 3600, 40 * 0.0004 * VCPU / 3600, 60 * 0.0005 * VCPU / 3600),
    )
    embeddings = model("openai", "text-embedding-3-small", 1000, input=90_000, embeddings=1000, single=1000, items=1000)
    each = VCPU / 3600
    yield "unbatched-embedding", [embeddings], (999 * 0.00008 * each, 999 * 0.0004 * each, 999 * 0.0005 * each)
    same = {"same": 20, "same_input": 30_000, "same_cached": 10_000, "same_output": 4_000}
    yield (  # $2.50 input, $1.25 from the cache, $10 output a million tokens
        "repeated-llm-call",
        [model("openai", "gpt-4o", 50, input=90_000, output=9_000, **same)],
        (20_000 * 2.5e-6 + 10_000 * 1.25e-6 + 4_000 * 10e-6,) * 3,
    )
    yield (
        MISSED,
        [model("openai", "gpt-4o", 50, input=90_000, eligible=60_000, missed=50_000)],
        (50_000 * (2.5 - 1.25) / 1e6,) * 3,
    )
    yield (  # $3.75 written for five minutes, $6 for an hour, instead of $3
        UNREAD,
        [model("anthropic", "claude-sonnet-4-5", 50, input=90_000, written=80_000, written_1h=20_000)],
        (60_000 * 0.75e-6 + 20_000 * 3e-6,) * 3,
    )
    yield (  # 40 of 50 prompts that a clock in front parts: 72,000 of 90,000 tokens
        "volatile-prompt-prefix",
        [model("openai", "gpt-4o", 50, input=90_000, near=40)],
        (72_000 * 1.25e-6,) * 3,
    )
    yield "dropped-task", [Tasks(HERE, created=9, left=4)], None  # memory by its measured growth alone
    yield "unstored-timer", [Timers(HERE, created=9, left=4)], None


CATEGORIES = list(categories())


@pytest.mark.parametrize(("kind", "rows", "by_hand"), CATEGORIES, ids=[name for name, *_ in CATEGORIES])
def test_a_waste_costs_what_a_hand_works_out(kind: str, rows: list[Row], by_hand: Range | None) -> None:
    """In the run, from the rows of a trace; the receipt is whole."""
    found = [one for one in priced(Trace([RUN], rows), MONEY) if one.waste.kind == kind]

    sums = [sum(c) for c in zip(*((o.cost.low, o.cost.likely, o.cost.high) for o in found if o.cost), strict=True)]
    assert sums == (pytest.approx(by_hand) if by_hand else [])
    for cost in (one.cost for one in found if one.cost):
        assert cost.per == "run"
        assert evaluate(cost.formula, {f.name: f.value for f in cost.basis}) == pytest.approx(cost.likely)
        assert [f for f in cost.basis if not f.source] == []
        assert all(date.fromisoformat(f.date) for f in cost.basis if f.origin == "price")
    assert found


def test_growing_memory_costs_by_its_measured_slope() -> None:
    """400 MB an hour for two hours: on the mean 400 MB are held for two hours."""
    start = RUN.started
    gauges = [[start + 60 * n, 1e8 + 4e8 / 60 * n, 9.0, 2.0] for n in range(121)]
    (one,) = growth(Trace([replace(RUN, gauges=gauges)]), MONEY)

    assert one.rate == pytest.approx(4e8)
    assert (one.cost.low, one.cost.likely, one.cost.high) == pytest.approx((0.4 * GB * 2,) * 3)


def test_a_rate_turns_a_run_into_a_month_but_for_what_only_ages(tmp_path: Path) -> None:
    """More calls a month are no longer life of a process."""
    file = tmp_path / "asynccost-usage.toml"
    file.write_text(f'[calls-per-month]\n"*" = 5_000_000\n\n[prices.requests]\n"{API}" = 0.002\n')
    money = Money(read_usage(str(file)), None, "run.jsonl", "2026-09-22")
    found = {one.waste.kind: one.cost for one in priced(Trace([RUN], [REPEATS, LEAKED]), money)}
    repeated, leaked = found[REPEATED], found["unclosed-session"]

    assert repeated
    assert leaked
    assert (repeated.per, leaked.per) == ("month", "run")
    assert repeated.likely == pytest.approx(10_000 * (400 * 0.002 + 400 * 0.0004 * VCPU / 3600))
    assert [f.source.rpartition(":")[2] for f in repeated.basis if f.name == "call_price"] == ["5"]


def test_calls_of_several_steps_and_models_add_up() -> None:
    """A line's rows stand apart by step and by model; its waste is their sum."""
    rows = [
        model("openai", "gpt-4o", 5, same=2, same_input=1_000_000),
        replace(model("openai", "gpt-4o", 5, same=2, same_input=1_000_000), step="GET /"),
        model("openai", "gpt-4o-mini", 5, same=2, same_input=1_000_000),
    ]
    found = [one.cost for one in priced(Trace([RUN], rows), MONEY)]

    assert sorted(cost.likely for cost in found if cost) == pytest.approx([0.15, 5.0])


def test_costs_are_added_with_their_figures() -> None:
    """What has one name and one value is one figure; what has another value gets a number."""
    one = price("a * p", Figure("a", 2, "", "measured", "t"), Figure("p", 3, "", "price", "x"), per="run")
    two = price("a * p / 1e6", Figure("a", 5e6, "", "measured", "t"), Figure("p", 3, "", "price", "x"), per="run")

    both = added([one, two])

    assert (both.formula, both.likely) == ("(a * p) + (a_2 * p / 1e6)", 21)


def everything() -> Trace:
    """A run with waste of each kind that a summary prices, a hundred times as much, and a model without a price."""
    rows = [row for kind, rows, _ in CATEGORIES for row in rows if kind != "pooling-disabled"]
    trace = Trace([RUN])
    for n, row in enumerate(rows):
        for _ in range(100):
            trace.add(replace(row, place=Place("app.py", f"f{n}", 10 + n)))  # type: ignore[call-arg]
    trace.add(model("", "house-7b", 3, input=500, output=50))
    return trace


def test_each_dollar_of_the_summary_has_its_formula_figures_source_and_date() -> None:
    """A line with dollars is followed by its formula, or adds up lines before it; the last lines tell every figure."""
    text = summary(everything(), 7200.0, MONEY)
    lines = text.splitlines()
    dollars = [n for n, line in enumerate(lines) if re.search(r"\$\d", line)]
    told = {line.split(" = ")[0].strip(): line for line in lines if re.search(r"^  \w+ = .*\[\w+: ", line)}

    assert len(dollars) >= 8
    for n in dollars:
        assert lines[n].startswith("wasted in all: ") or lines[n + 1].lstrip().startswith("= "), lines[n]
    for line in lines:
        if line.lstrip().startswith("= "):
            formula, _, measured = line.partition(", with ")
            names = set(re.findall(r"\b[a-z][a-z_0-9]*", re.sub(r"\b1e\d", "", formula)))
            known = set(re.findall(r"([a-z_0-9]+) [\d.,e-]+", measured)) | told.keys()
            assert names <= known, (line, names - known)
    assert all(re.search(r"\d{4}-\d\d-\d\d\]$", line) for line in told.values() if "[price: " in line)


def test_the_summary_says_what_where_how_much_and_what_next() -> None:
    """The dearest place first; bills of models to the cent; models without a price are named."""
    text = summary(everything(), 7200.0, MONEY)

    assert "openai gpt-4o: 15,000 calls, 27,000,000 tokens in, 900,000 out: $76.50" in text
    assert "unknown provider house-7b: 3 calls, 500 tokens in, 50 out: at no price that is known" in text
    assert 'no price is known for house-7b; add [prices.models."NAME"]' in text
    assert "2,000 of 5,000 calls had been made before, word for word [repeated-llm-call]" in text
    assert "costs: about $10 a run; estimated from measured, prices of" in text
    assert "next: keep the answer for as long as it may be used" in text
    assert "wasted in all: machine time " in text
    first = next(line for line in text.splitlines() if line.startswith("app.py:"))
    assert first == "app.py:22 in f12"  # the cache that nobody read: $10.50


def test_money_that_was_measured_is_said_to_the_third_digit() -> None:
    """Cents at least, no zeros behind them."""
    said = [exact(amount) for amount in (0, 0.01, 0.0105, 0.012, 0.000012345, 1.5, 1234.5)]

    assert said == ["$0.00", "$0.01", "$0.0105", "$0.012", "$0.0000123", "$1.50", "$1,234.50"]
