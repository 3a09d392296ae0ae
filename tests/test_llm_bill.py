"""The product's bill is the provider's, to the cent; what it calls avoidable is what a cache would have served."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from asynccost.cost.receipt import evaluate
from asynccost.probe.llm.asking import read
from asynccost.probe.llm.bills import bills, misses, total
from asynccost.probe.llm.calls import recognise
from asynccost.probe.llm.meter import meter
from asynccost.probe.llm.prompts import Prompts
from asynccost.probe.trace import Place, Tokens
from tests.llm_server import STEP, Provider, prompts, serving

PATH = "/v1/chat/completions"


def called(provider: Provider, order: str) -> Tokens:
    """Ten calls as a program makes them, read on the wire; their row in a trace."""
    memory = Prompts()
    row = Tokens(Place("app.py", "ask", 3), None, provider.url, "openai", "gpt-4o", "chat")
    connection = HTTPConnection(urlsplit(provider.url).netloc)
    for messages in prompts(order):
        body = json.dumps({"model": "gpt-4o", "messages": messages}).encode()
        call = recognise(provider.url, PATH)
        assert call
        asked = read(call, body)
        assert asked
        one = meter(call, asked, memory, b"key")
        connection.request("POST", PATH, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        one.feed(response.read())
        usage = one.end(response.status)
        assert usage
        assert usage.provider == "openai"
        row.calls += 1
        for name, n in usage.counts().items():
            row.counts[name] = row.counts.get(name, 0) + n
    connection.close()
    return row


@pytest.mark.parametrize(
    ("order", "hit_rate"), [("static part behind", 0.0), ("static part in front", 0.84), ("a clock in front", 0.0)]
)
def test_the_bill_and_the_hit_rate_are_the_servers(order: str, hit_rate: float) -> None:
    """Seed 001's ten calls on one workflow, with the static part behind and in front."""
    with serving(Provider()) as provider:
        row = called(provider, order)
    (paid,) = bills([row], {}, "run.jsonl")
    assert paid.cost
    assert paid.cost.likely == pytest.approx(float(provider.bill), abs=1e-12)
    assert evaluate(paid.cost.formula, {f.name: f.value for f in paid.cost.basis}) == paid.cost.likely
    assert total(row).hit_rate == pytest.approx(provider.cached / provider.input)
    assert total(row).hit_rate == pytest.approx(hit_rate, abs=0.01)


def test_what_a_cache_would_have_served_is_told_to_a_step_a_call() -> None:
    """A provider that misses each time: the estimate from hashes of prefixes stands beside the server's own count."""
    with serving(Provider(caches=False)) as provider:
        row = called(provider, "static part in front")
    assert provider.could > 20_000
    assert abs(row.counts["missed"] - provider.could) <= STEP * provider.calls
    cost = misses(row, {}, "run.jsonl")
    assert cost
    assert cost.likely == pytest.approx(row.counts["missed"] * 1.25 / 1e6)
