"""What is claimed for async fixes, and what of it can be measured: `python -m tests.benchmarks.claims [--write]`.

Everything runs on loopback: a TLS server that counts connections, a model server that caches prefixes and keeps its own
bill. --write puts the page asynccost/pages/claims.md in place; without it the page is printed. CPU seconds are those of
the client's process alone. Needs aiohttp, httpx, trustme and psutil; takes about a minute.
"""

import argparse
import json
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import trustme

import asynccost
from asynccost.cost import infrastructure, models
from asynccost.cost.models import Tokens
from asynccost.cost.rates import Rates
from asynccost.cost.words import dollars
from asynccost.model import Cost, Figure
from tests.benchmarks.claim_programs import BUILD, CLIENT, LEAK, TOGETHER
from tests.llm_server import Provider, prompts, serving

PAGE = Path(asynccost.__file__).parent / "pages" / "claims.md"
CALLS = 200
@dataclass(frozen=True, slots=True)
class Row:
    """A claim, what was measured of it here, and what that makes of it."""

    claim: str
    measured: str
    verdict: str


def asked(code: str, *arguments: str) -> Any:
    """The JSON that a program prints."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def tls() -> Iterator[tuple[Provider, str]]:
    """A server over TLS, and the file with the certificate to trust."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with tempfile.TemporaryDirectory() as folder, serving(Provider(), context) as provider:
        certificate = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(certificate))
        yield provider, str(certificate)


def sessions(library: str) -> dict[str, float]:
    """CPU seconds a call, with a client a call and with a kept one; connections as the server counts them."""
    found: dict[str, float] = {}
    with tls() as (provider, certificate):
        for kept in ("kept", "anew"):
            before = provider.connections
            runs = [asked(CLIENT, provider.url, certificate, library, kept, str(CALLS)) for _ in range(3)]
            found[f"{kept} connections"] = (provider.connections - before) / 3 - (kept == "anew")
            found[f"{kept} cpu"] = min(runs) / CALLS
    return found


def thousand_calls(cpu: float, waiting: float) -> Cost:
    """What a client a call costs in a thousand calls a month: the CPU measured here, and seconds of waiting if billed.
    """
    n, here = 1000.0, "python -m tests.benchmarks.claims"
    return infrastructure.rebuilt_clients(
        Figure("clients", n, "clients", "usage", "the claim"),
        Figure("client_cpu", cpu, "s of CPU a call, client and connection", "measured", here),
        Figure("connections", 0.0, "connections, whose CPU is in client_cpu", "measured", here),
        Rates(),
        per="month",
        connecting=Figure("connecting", waiting, "s", "usage", "the claim"),
    )


def cached() -> dict[str, Provider]:
    """Ten calls of seed size on one workflow, static part behind and in front; the server's own counts."""
    found = {}
    for order in ("static part behind", "static part in front"):
        provider = Provider()
        for messages in prompts(order):
            provider.complete({"messages": messages})
        found[order] = provider
    return found


def each(shown: str, values: Mapping[str, float]) -> str:
    """`a 1.0 ms, b 2.0 ms`: names with their values."""
    return ", ".join(f"{name} {shown.format(value)}" for name, value in values.items())


def session_rows() -> Iterator[Row]:
    """Clients and connections."""
    table = {library: sessions(library) for library in ("aiohttp", "httpx, shared context", "httpx")}
    extra = {name: max(t["anew cpu"] - t["kept cpu"], 0.0) for name, t in table.items()}
    costs = [thousand_calls(cpu, 350.0) for cpu in extra.values()]
    low, high = min(c.likely for c in costs), max(c.high for c in costs)
    yield Row(
        "A session per call costs $200 to $400 a month per 1,000 API calls",
        f"CPU a call that a kept session saves, over TLS: {each('{:.2g} ms', _milli(extra))}. A thousand calls a "
        f"month: {dollars(low)} in CPU; {dollars(high)} if each of them also waits 350 ms and waiting is billed",
        f"wrong by a factor of {float(f'{200 / high:.0e}'):,.0f} or more" if high < 20 else "not ruled out here",
    )
    ratios = {n: t["anew cpu"] / t["kept cpu"] for n, t in table.items()}
    beside = {n: 1 + cpu for n, cpu in extra.items()}
    yield Row(
        "10x connection overhead",
        f"CPU of a call on loopback, where the client is all there is: {each('x{:.1f}', ratios)}; "
        f"time of a call that takes a model one second: {each('x{:.2f}', beside)}",
        f"{'reached' if max(ratios.values()) >= 10 else 'not reached'} on loopback; not beside calls of a second",
    )
    yield Row(
        "Persistent sessions: connections N to 1",
        f"{CALLS} calls in a row: {table['aiohttp']['anew connections']:.0f} connections with a session a call, "
        f"{table['aiohttp']['kept connections']:.0f} with a kept one, as the server counts them",
        "holds",
    )
    handshakes = {n: cpu for n, cpu in extra.items() if n != "httpx"}
    yield Row(
        "80 to 350 ms per connection (DNS, TCP, TLS)",
        f"CPU of TCP and TLS on loopback: {each('{:.1f} ms', _milli(handshakes))}; a network adds a round trip for TCP "
        "and one for TLS 1.3",
        "true of far networks only; asynccost run measures yours",
    )
    builds = _milli(asked(BUILD))
    most = max(builds, key=lambda name: builds[name])
    yield Row(
        "(nobody claims it) building a client",
        f"CPU, on the event loop: {each('{:.2g} ms', builds)}",
        f"{most} is the dear one: more than its connection",
    )


def _milli(values: Mapping[str, float]) -> dict[str, float]:
    return {name: 1e3 * value for name, value in values.items()}


def model_rows() -> Iterator[Row]:
    """Prompt caches."""
    ten = cached()
    before, after = ten["static part behind"], ten["static part in front"]
    saved = 1 - float(after.bill / before.bill)
    yield Row(
        "The static part in front saves 45 to 47 % of ten calls where cached tokens cost half",
        f"ten calls, {before.input:,} and {after.input:,} tokens of input: hit rate {before.cached / before.input:.0%} "
        f"and {after.cached / after.input:.0%}; the server's bill ${float(before.bill):.4f} and "
        f"${float(after.bill):.4f}",
        f"{saved:.0%} here, with 50 tokens of output a call",
    )
    ratios = {name.partition("/")[2]: _read_share(*name.split("/")) for name in _MODELS}
    half = [name for name, share in ratios.items() if share == 0.5]
    yield Row(
        "Cached tokens cost half",
        f"a cached token against a fresh one: {each('{:.0%}', ratios)} ({_day()})",
        f"true of {', '.join(half)} among these" if half else "true of none of these",
    )
    cheap = models.find("openai", "gpt-5.2")
    assert cheap
    used = [Tokens(input=p.input, cached=p.cached, output=p.answer * p.calls) for p in (before, after)]
    cut = 1 - cheap.dollars(used[1]) / cheap.dollars(used[0])
    yield Row(
        "90 % lower LLM cost",
        f"the same ten calls at the prices of {cheap.model}, where a cached token costs a tenth: {cut:.0%} lower. "
        "Connections change nothing in what a model charges",
        "at the most 90 % of the input that is cached, and nothing of the output",
    )


_MODELS = ("openai/gpt-4o", "openai/gpt-4.1", "openai/gpt-5.2", "anthropic/claude-sonnet-4-5", "google/gemini-2.5-pro")


def _read_share(provider: str, model: str) -> float:
    prices = models.find(provider, model)
    assert prices
    return (prices.input if prices.read is None else prices.read) / prices.input


def _day() -> str:
    prices = models.find("openai", "gpt-4o")
    return f"prices of {prices.date}" if prices else ""


def other_rows() -> Iterator[Row]:
    """Awaits and memory."""
    full, limited = asked(TOGETHER)
    yield Row(
        "Parallel execution is 3 to 10 times as fast",
        f"ten waits of 50 ms: x{full:.1f} all at once, x{limited:.1f} three at a time",
        "the number of independent waits, and no more than the limit; only where they are independent",
    )
    with tls() as (provider, certificate):
        sizes = [asked(LEAK, provider.url, certificate) for _ in range(3)]
    each = median(sizes)
    yield Row(
        "Fixed leaks save 37.9 MiB",
        f"an aiohttp session over TLS that nobody closes keeps {each / 1024:,.0f} KiB: 37.9 MiB are "
        f"{37.9 * 1024 * 1024 / each:,.0f} of them",
        "depends on how many leak",
    )


def page(rows: list[Row]) -> str:
    """The page."""
    machine = Rates()["vcpu_hour"]
    lines = "".join(f"| {r.claim} | {r.measured} | {r.verdict} |\n" for r in rows)
    return f"""# Claims for async fixes, measured

What is claimed for fixes of this kind, what was measured of it on loopback, and what that makes of the claim. Made on
{date.today().isoformat()} by `python -m tests.benchmarks.claims --write`; run it yourself.

Prices of machines: {machine.source} ({machine.date}).
Prices of tokens: the tables that asynccost ships ({_day()}).

| claimed | measured here | verdict |
|---|---|---|
{lines}
The formulas are those of `asynccost explain money`. Times are CPU seconds of the client, the least of three runs: trust
the ratios and the orders of magnitude.
"""


def main() -> None:
    """Measure; print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = page([*session_rows(), *model_rows(), *other_rows()])
    if options.write:
        PAGE.write_text(text, "utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
