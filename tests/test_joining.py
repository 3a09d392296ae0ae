"""A trace joined to a scan: evidence on the line, also once the file has changed; what only the run showed; costs."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from asynccost import probe, scanning
from asynccost.config import settings
from asynccost.cost.receipt import evaluate
from asynccost.model import Confidence, Finding
from asynccost.pricing import money
from asynccost.probe.sites import line_hashes
from asynccost.probe.trace import Calls, Clients, Place, Process, Tasks, Trace
from asynccost.probe.tracefile import dumps
from asynccost.report import Report, as_agent, as_json, as_markdown, as_text
from tests.probe_server import running

PROVIDER = """
    import aiohttp

    class Provider:
        async def complete(self, prompt):
            async with aiohttp.ClientSession() as session:
                async with session.post("https://models.example/generate", json=prompt) as response:
                    return await response.json()

        async def models(self, name):
            async with aiohttp.ClientSession() as session:
                async with session.get(f"https://models.example/models/{name}") as response:
                    return await response.json()

    async def serve(provider, prompts):
        return [await provider.complete(prompt) for prompt in prompts]

    def quiet(factory):
        return factory()

    async def known(provider, names):
        return [await provider.models(name) for name in names]
    """


def place(root: Path, path: str, function: str, needle: str, nth: int = 0) -> Place:
    """The place of a line as the probe would have told it now."""
    text = (root / path).read_bytes()
    lines = [n for n, line in enumerate(text.split(b"\n"), 1) if needle.encode() in line]
    at = lines[nth]
    whole = blake2b(text, digest_size=8).hexdigest()
    return Place(path, function, at, whole, line_hashes(text)[at - 1])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "provider.py").write_text(dedent(PROVIDER).lstrip(), "utf-8")
    (tmp_path / "asynccost.toml").write_text("")
    return tmp_path


def watched(root: Path, path: str = "app/provider.py") -> Trace:
    """A run in which `complete` built 40 clients, each with a TLS connection; `models` did not run; and more."""
    session = place(root, "app/provider.py", "Provider.complete", "aiohttp.ClientSession()")
    post = place(root, "app/provider.py", "Provider.complete", "session.post")
    other = place(root, "app/provider.py", "quiet", "return factory()")
    session, post, other = (replace(p, path=path) for p in (session, post, other))
    rows = [
        Clients(session, "aiohttp", "ClientSession", created=40, closed=40, used_once=40, init_cpu_seconds=0.002),
        Calls(
            *(post, session, "aiohttp", "POST", "https://models.example", "/generate"),
            requests=40, exchanges=40, new=40, avoidable=39, dns_seconds=0.4, tcp_seconds=1.2, tls_seconds=2.4,
        ),
        Clients(other, "httpx", "AsyncClient", created=9, used_once=9, init_cpu_seconds=0.18),
    ]  # fmt: skip
    return Trace([Process(7, 1_790_000_000.0, 1_790_000_060.0, finished=True)], rows)


def scan(root: Path, trace: Trace | None, calls: float | None = None, usage: str | None = None) -> Report:
    """A scan that joins a trace."""
    path = root / "run.jsonl"
    if trace:
        path.write_text(dumps(trace), "utf-8")
    chosen = settings.load([str(root)], options={"jobs": 1, "cache": False}, environment={})
    asked = money.load(str(root), usage=usage, trace=str(path) if trace else None, calls=calls)
    return scanning.scan(scanning.project(scanning.Input([str(root)]), chosen), chosen, money=asked)


def at(report: Report, function: str, rule: str = "session-recreation") -> Finding:
    """The finding of a rule in a function."""
    return next(f for f in report.findings if f.function == function and f.rule == rule)


def test_a_finding_gets_what_was_measured_on_its_line(root: Path) -> None:
    """Counts, seconds and the cost of the run; a place that did not run is said to be unseen."""
    report = scan(root, watched(root))
    seen, unseen = at(report, "Provider.complete"), at(report, "Provider.models")
    assert seen.evidence is not None
    assert {k: seen.evidence[k] for k in ("clients", "used_once", "connections", "avoidable_connections")} == {
        "clients": 40, "used_once": 40, "connections": 40, "avoidable_connections": 39,
    }  # fmt: skip
    assert seen.confidence is Confidence.HIGH
    assert seen.cost is not None
    assert seen.cost.per == "run"
    by_hand = (39 * 0.00005 + 39 * 0.0018) * 0.04048 / 3600  # clients and connections but one of each
    assert seen.cost.likely == pytest.approx(by_hand)
    waiting = 4.0 * 39 / 40 * (0.04048 + 2 * 0.004445) / 3600  # the most: where waiting is billed
    assert seen.cost.high == pytest.approx((39 * 0.00005 + 39 * 0.0022) * 0.04048 / 3600 + waiting)
    assert unseen.evidence is not None
    assert unseen.evidence["seen"] is False
    assert "not seen" in as_text.render(report)


EDITS: dict[str, Callable[[str], str]] = {
    "lines above": lambda text: "# one\n\nX = 1\n" + text,
    "a function above": lambda text: text.replace("class Provider:", "def f():\n    return 1\n\n\nclass Provider:"),
    "another indentation": lambda text: text.replace("    ", "  "),
    "the twin line is gone": lambda text: text[: text.index("    async def models")],
    "methods change places": lambda text: _swapped(text),
}


def _swapped(text: str) -> str:
    head, complete, rest = text.partition("    async def complete")
    body, models, tail = rest.partition("    async def models")
    of_models, end, tail = tail.partition("async def serve")
    return f"{head}{models}{of_models.rstrip()}\n\n{complete}{body.rstrip()}\n\n\n{end}{tail}"


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_does_not_lose_the_evidence(root: Path, edit: str) -> None:
    """The line is found again by its text and function."""
    trace = watched(root)
    file = root / "app" / "provider.py"
    file.write_text(EDITS[edit](file.read_text("utf-8")), "utf-8")

    evidence = at(scan(root, trace), "Provider.complete").evidence

    assert evidence is not None
    assert evidence["seen"] is True
    assert evidence["clients"] == 40


@pytest.mark.parametrize("path", ["provider.py", "service/app/provider.py"])
def test_the_run_may_have_begun_in_another_folder(root: Path, path: str) -> None:
    """Its paths are longer or shorter."""
    evidence = at(scan(root, watched(root, path)), "Provider.complete").evidence
    assert evidence is not None
    assert evidence["seen"] is True


def test_what_only_the_run_showed_is_a_finding(root: Path) -> None:
    """A factory behind a parameter: no scan can see what it builds."""
    finding = at(scan(root, watched(root)), "quiet")
    assert finding.confidence is Confidence.HIGH
    assert finding.family == "sessions"
    assert finding.fingerprint
    assert "measured" in finding.message
    assert (finding.span.line, finding.span.column) == (18, 5)
    assert scan(root, None).findings
    assert not [f for f in scan(root, None).findings if f.function == "quiet"]


def test_a_comment_hides_what_the_run_showed_too(root: Path) -> None:
    """A reason was given: it holds for both."""
    file = root / "app" / "provider.py"
    text = file.read_text("utf-8")
    file.write_text(text.replace("factory()", "factory()  # asynccost: ignore[session-recreation] wanted"), "utf-8")
    assert "session-recreation" not in {f.rule for f in scan(root, watched(root)).findings if f.function == "quiet"}


def test_a_rate_turns_a_run_into_a_month(root: Path) -> None:
    """Only the user's rate does; the formula says so, and gives the same again."""
    cost = at(scan(root, watched(root), calls=4_000_000), "Provider.complete").cost
    assert cost is not None
    assert cost.per == "month"
    run = at(scan(root, watched(root)), "Provider.complete").cost
    assert run is not None
    assert cost.likely == pytest.approx(run.likely * 100_000)
    assert evaluate(cost.formula, {f.name: f.value for f in cost.basis}) == pytest.approx(cost.likely)
    assert {f.origin for f in cost.basis} == {"measured", "usage", "price", "default"}


def test_without_a_trace_a_usage_file_gives_an_estimate_and_nothing_a_unit_price(root: Path) -> None:
    """The project's own file is found by its name; `per` says which it is."""
    unit = at(scan(root, None), "Provider.complete").cost
    assert unit is not None
    assert unit.per == "million calls"
    assert unit.likely == pytest.approx(1e6 * (0.000015 + 0.0018) * 0.04048 / 3600)
    (root / "asynccost-usage.toml").write_text('[calls-per-month]\n"app/provider.py::Provider.complete" = 2e8\n')
    report = scan(root, None)
    month, other = at(report, "Provider.complete").cost, at(report, "Provider.models").cost
    assert month is not None
    assert other is not None
    assert (month.per, other.per) == ("month", "million calls")
    assert month.likely == pytest.approx(200 * unit.likely)
    assert month.basis[0].source.endswith("asynccost-usage.toml:2")


def test_every_format_that_is_read_tells_the_cost(root: Path) -> None:
    """Text, Markdown and agents in words, JSON with the whole receipt and the totals."""
    report = scan(root, watched(root), calls=4_000_000_000)
    for text in (as_text.render(report), as_markdown.render(report), as_agent.render(report)):
        assert "a month" in text
        assert "40 clients built" in text
    result: dict[str, Any] = json.loads(as_json.render(report))
    costs = [f["cost"] for f in result["findings"] if f["cost"]]
    total = result["summary"]["costs"][0]
    assert total["likely"] == pytest.approx(sum({c["scope"]: c["likely"] for c in costs}.values()))
    assert all(c["formula"] and all(f["source"] for f in c["basis"]) for c in costs)


def test_a_leftover_task_of_the_scanned_code_is_told(root: Path) -> None:
    """Rows of other kinds are joined in the same way."""
    trace = watched(root)
    trace.add(Tasks(place(root, "app/provider.py", "serve", "await provider.complete"), created=3, dropped=2))
    assert at(scan(root, trace), "serve", "dropped-task").evidence is not None


SERIAL = """
    import aiohttp

    class Api:
        def __init__(self, session, url):
            self.session, self.url = session, url

        async def fetch(self, path):
            async with self.session.get(f"{self.url}{path}") as response:
                return await response.read()

        async def user(self, n):
            return await self.fetch(f"/ok/{n}?user")

        async def orders(self, n):
            return await self.fetch(f"/ok/{n}?orders")

    async def page(api, n):
        user = await api.user(n)
        orders = await api.orders(n)
        return user, orders

    async def many(api, ids):
        found = []
        for one in ids:
            found.append(await api.user(one))
        return found

    async def main(url):
        async with aiohttp.ClientSession() as session:
            api = Api(session, url)
            await page(api, 7)
            await many(api, range(100, 106))
    """


def test_serial_requests_of_a_helper_are_evidence_where_its_callers_wait(tmp_path: Path) -> None:
    """A run of real code and a scan of it: both findings are seen, and nothing is said of the helper's own line."""
    (tmp_path / "asynccost.toml").write_text("")
    file = tmp_path / "serving.py"
    file.write_text(dedent(SERIAL).lstrip(), "utf-8")
    names: dict[str, Any] = {}
    exec(compile(file.read_bytes(), str(file), "exec"), names)
    with running() as server, probe(root=tmp_path) as run:
        asyncio.run(names["main"](server.url))
    report = scan(tmp_path, run.trace)
    waits = {f.function: f for f in report.findings if f.rule in ("sequential-awaits", "await-in-loop")}

    assert {name: (waits[name].evidence or {}).get("requests") for name in ("page", "many")} == {"page": 1, "many": 5}
    assert {waits[name].confidence for name in ("page", "many")} == {Confidence.HIGH}
    assert not {name for name in waits if name.startswith("Api")}
