"""Receipts: every category's low, likely and high worked out by hand from the published prices, and how sums are said.

The numbers written out here are the published ones; if a table changes, the test that names its price says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from asynccost.cost import infrastructure as machine
from asynccost.cost import llm, models, rates, receipt, words
from asynccost.cost.models import Tokens
from asynccost.cost.totals import totals
from asynccost.model import Cost, Figure

VCPU, GB = 0.04048, 0.004445  # USD per vCPU hour and GB hour, AWS Fargate us-east-1
TASK = (1 * VCPU + 2 * GB) / 3600  # one vCPU and 2 GB for a second
RATES = rates.Rates()
BUILD = RATES.client_cpu("certificates")
FREE = Figure("call_price", 0.002, "USD per call", "usage", "asynccost-usage.toml:9")


def measured(name: str, value: float) -> Figure:
    """A count that a trace holds."""
    return Figure(name, value, "", "measured", "run.trace")


def categories() -> Iterator[tuple[str, Cost, tuple[float, float, float]]]:
    """Each kind of waste, priced by the product and by hand: low, likely, high."""
    m, million = measured, 1e6
    assert BUILD is not None
    yield (
        "rebuilt clients",
        machine.rebuilt_clients(m("clients", million), BUILD, m("connections", million), RATES, per="million calls"),
        tuple(million * s * VCPU / 3600 for s in (0.015 + 0.0004, 0.0186 + 0.0018, 0.043 + 0.0022)),
    )
    yield (
        "rebuilt clients, waiting",
        machine.rebuilt_clients(
            m("clients", 1000), BUILD, m("connections", 1000), RATES, per="run", connecting=m("connecting", 350)
        ),
        (
            1000 * 0.0154 * VCPU / 3600,
            1000 * 0.0204 * VCPU / 3600,
            1000 * 0.0452 * VCPU / 3600 + 350 * TASK,
        ),
    )
    yield (
        "new connections",
        machine.new_connections(m("connections", 2000), RATES, per="month"),
        tuple(2000 * s * VCPU / 3600 for s in (0.0004, 0.0018, 0.0022)),
    )
    yield "sequential awaits", machine.waits(m("seconds", 7200), RATES, per="month"), (0, 0, 7200 * TASK)
    yield "blocked loop", machine.blocked(m("seconds", 60), RATES, per="run"), (0, 0, 60 * TASK)
    yield (
        "repeated requests",
        machine.repeated_requests(m("requests", 500), m("seconds", 100), RATES, per="month", call_price=FREE),
        (
            500 * 0.002 + 500 * 0.00008 * VCPU / 3600,
            500 * 0.002 + 500 * 0.0004 * VCPU / 3600,
            500 * 0.002 + 500 * 0.0005 * VCPU / 3600 + 100 * TASK,
        ),
    )
    yield (
        "repeated requests of an API that charges nothing",
        machine.repeated_requests(m("requests", 500), m("seconds", 100), RATES, per="run"),
        (
            500 * 0.00008 * VCPU / 3600,
            500 * 0.0004 * VCPU / 3600,
            500 * 0.0005 * VCPU / 3600 + 100 * TASK,
        ),
    )
    yield (
        "embeddings one by one",
        machine.extra_requests(m("requests", 9900), RATES, per="run"),
        tuple(9900 * s * VCPU / 3600 for s in (0.00008, 0.0004, 0.0005)),
    )
    yield (
        "leaked clients",
        machine.leaked_clients(m("clients", 100), m("client_bytes", 863_232), m("hours", 12), RATES, per="run"),
        (0.0863232 * GB * 12,) * 3,
    )
    yield (
        "growing memory",
        machine.growing_memory(m("bytes_per_hour", 4e8), m("hours", 10), RATES, per="run"),
        (4e9 / 2 / 1e9 * GB * 10,) * 3,
    )
    gpt, claude = models.find("openai", "gpt-4o"), models.find("anthropic", "claude-sonnet-4-5")
    assert gpt
    assert claude
    yield (  # $2.50 input, $1.25 cached, $10 output a million tokens
        "repeated model calls",
        llm.bill(Tokens(input=30_000, cached=10_000, output=4_000), gpt, "run.trace", per="run"),
        (0.05 + 0.0125 + 0.04,) * 3,
    )
    yield (  # $3 input, $0.30 cached, $3.75 written for 5 minutes, $6 for an hour, $15 output
        "model calls that write to the cache",
        llm.bill(Tokens(100_000, 20_000, 40_000, 10_000, 2_000), claude, "run.trace", per="run"),
        (0.12 + 0.006 + 0.1125 + 0.06 + 0.03,) * 3,
    )
    yield (
        "prompt-cache misses",
        llm.cache_misses(m("missed", 200_000), gpt, per="run"),
        (200_000 * 1.25 / 1e6,) * 3,
    )
    yield (
        "useless cache writes",
        llm.useless_writes(m("unread", 400_000), claude, per="run"),
        (400_000 * 0.75 / 1e6,) * 3,
    )
    yield (  # for an hour: $6 instead of $3
        "useless cache writes, some for an hour",
        llm.useless_writes(m("unread", 300_000), claude, per="run", unread_1h=m("unread_1h", 100_000)),
        (300_000 * 0.75 / 1e6 + 100_000 * 3 / 1e6,) * 3,
    )


CATEGORIES = list(categories())
IDS = [name for name, *_ in CATEGORIES]


@pytest.mark.parametrize(("cost", "by_hand"), [row[1:] for row in CATEGORIES], ids=IDS)
def test_costs_are_what_a_hand_works_out(cost: Cost, by_hand: tuple[float, float, float]) -> None:
    """From the published prices, written out above."""
    assert (cost.low, cost.likely, cost.high) == pytest.approx(by_hand)


@pytest.mark.parametrize("cost", [row[1] for row in CATEGORIES], ids=IDS)
def test_every_cost_has_its_receipt(cost: Cost) -> None:
    """The formula over the figures gives `likely`; each figure says where it comes from, each price from which day."""
    assert receipt.evaluate(cost.formula, {f.name: f.value for f in cost.basis}) == pytest.approx(cost.likely)
    assert cost.low <= cost.likely <= cost.high
    assert [f for f in cost.basis if not f.source or f.origin not in ("measured", "usage", "price", "default")] == []
    assert all(date.fromisoformat(f.date) for f in cost.basis if f.origin == "price")


def test_a_formula_and_its_figures_must_fit() -> None:
    """A figure that the formula does not use, or the reverse, is a mistake of ours."""
    with pytest.raises(ValueError, match="uses"):
        receipt.price("a * b", measured("a", 1), per="run")


def test_overlaps_count_once_and_kinds_stay_apart() -> None:
    """Within one scope the largest counts; machines and models are two totals."""
    costs = [
        receipt.price("a", measured("a", amount), per="month", kind=kind, scope=scope)
        for amount, kind, scope in (
            *((5, "llm", "x"), (3, "llm", "x"), (2, "llm", ""), (2, "llm", "")),
            (7, "infrastructure", "x"),
        )
    ]

    assert [(t.kind, t.likely, t.parts, t.places) for t in totals(costs)] == [
        ("infrastructure", 7, 7, 1),
        ("llm", 9, 12, 4),
    ]


@pytest.mark.parametrize(
    ("amount", "said"),
    [(640, "$640"), (1234, "$1.2k"), (0.4249, "$0.42"), (0.0000231, "$0.000023"), (99.9, "$100"), (2e6, "$2.0M")],
)
def test_two_significant_digits(amount: float, said: str) -> None:
    """Never more, never an exponent."""
    assert words.dollars(amount) == said


def test_less_than_a_cent_a_month_gets_no_figure() -> None:
    """The seed's thousand calls: 350 seconds of handshakes are half a cent even where every second is billed."""
    assert BUILD is not None
    cost = machine.rebuilt_clients(
        measured("clients", 1000),
        BUILD,
        measured("connections", 1000),
        RATES,
        per="month",
        connecting=measured("connecting", 350),
    )
    assert words.sentence(cost) == "less than a cent a month"


def test_prices_are_found_by_name_date_and_provider() -> None:
    """As APIs name them in their answers; a tier of prices goes with the size of the request."""
    found = {
        (provider, name): models.find(provider, name)
        for provider, name in (
            ("openai", "gpt-4o-2024-08-06"), ("azure", "gpt-4o-mini"), ("anthropic", "claude-opus-4-5-20251101"),
            ("aws", "anthropic.claude-3-5-sonnet-20240620-v1:0"), ("openai", "gpt-5.2-20251211"),
        )
    }  # fmt: skip
    inputs = [p.input for p in found.values() if p]
    assert inputs == [2.5, 0.15, 5, 3, 1.75]
    assert models.find("openai", "no-such-model") is None
    assert models.find("no-such-provider", "gpt-4o") is None

    gemini = models.find("google", "gemini-2.5-pro")
    assert gemini
    assert gemini.dollars(Tokens(input=200_000)) == pytest.approx(0.25)
    assert gemini.dollars(Tokens(input=300_000)) == pytest.approx(0.75)


def test_old_prices_are_said() -> None:
    """After 180 days, by name and date."""
    assert rates.warning({"a": "2026-01-01"}, date(2026, 6, 30)) == ""
    assert "a of 2026-01-01" in rates.warning({"a": "2026-01-01"}, date(2026, 7, 1))


def test_a_user_knows_better() -> None:
    """A value of the usage file replaces the default and its range, and the receipt says where it stands."""
    own = RATES.with_values({"vcpus": 4.0}, {"vcpus": "asynccost-usage.toml:3"})
    assert (own["vcpus"].value, own["vcpus"].source) == (4.0, "asynccost-usage.toml:3")


def test_a_user_s_price_is_that_of_its_dated_releases_too() -> None:
    """As answers call them; a price of the release itself comes first."""
    gpt = models.find("openai", "gpt-4o")
    assert gpt
    mine, dated = (replace(gpt, input=price, origin="usage") for price in (9.0, 8.0))
    own = {"gpt-4o": mine, "gpt-4o-2024-05-13": dated, "house-model": mine}
    names = ("gpt-4o", "gpt-4o-2024-08-06", "gpt-4o-2024-05-13", "house-model-20250101", "gpt-4o-mini")
    found = [models.find("openai", name, own) for name in names]

    assert [p and p.input for p in found] == [9.0, 9.0, 8.0, 9.0, 0.15]
