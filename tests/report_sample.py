"""A report with everything awkward in it, for the tests of the formats."""

from asynccost.history import Run
from asynccost.model import Confidence, Cost, Edit, Figure, Finding, Fix, Problem, Related, Safety, Severity, Span
from asynccost.probe.trace import Blocking, Calls, Clients, Place, Process, Serial, Tokens, Trace
from asynccost.report import About, Report, ordered

SOURCE = """async def handler(urls):
    for url in urls:
        await fetch("😀", url)  # 日本
\tclient = Client()
</script><img src=x onerror=alert(1)> {{7*7}} \u202e
"""
PAGE = """## Why it costs

Each turn waits for the last. One hundred turns of 40 ms are 4 s.

## Example

```python
for x in y: await f(x)
```

## Instead

Start all and gather them. Then bound them.

```python
await gather(...)
```
"""


def span(line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(0, 1, line, column, end_line, end_column)


def findings() -> list[Finding]:
    hostile = "</script><img onerror=x> [a](1) `code` | , : % \x07"
    return [
        Finding(
            "await-in-loop",
            "src/a b.py",
            span(2, 5, 3, 30),
            "Each of the turns waits for the one before it.",
            Confidence.HIGH,
            "handler",
            Severity.WARNING,
            "latency",
            fingerprint="00000000000000a1",
            related=(Related("src/a b.py", span(3, 9, 3, 30), "this await"),),
            fix=Fix(Safety.SAFE, "turns are independent", (Edit("src/a b.py", 1, 2, "x"),)),
        ),
        Finding(
            "await-in-loop",
            "src/a b.py",
            span(3, 9, 3, 30),
            "A wide line.",
            Confidence.MEDIUM,
            "handler",
            Severity.INFO,
            "latency",
            fingerprint="00000000000000a1",  # equal on purpose
        ),
        Finding(
            "session-recreation",
            "src/a b.py",
            span(4, 11, 4, 19),
            hostile,
            Confidence.HIGH,
            "",
            Severity.ERROR,
            "connections",
            fingerprint="00000000000000a3",
        ),
        Finding(
            "session-recreation",
            "gone.py",
            span(7, 1, 7, 2),
            "This file is gone.",
            Confidence.LOW,
            "",
            Severity.WARNING,
            "connections",
            fingerprint="00000000000000a4",
        ),
    ]


def rules() -> dict[str, About]:
    return {
        "await-in-loop": About("Awaits one by one.", "latency", Severity.WARNING, ("python",), PAGE),
        "session-recreation": About(
            "A client per call.", "connections", Severity.ERROR, ("python",), "x " * 2000
        ),
    }


def report(extra: list[Finding] | None = None) -> Report:
    return ordered(
        Report(
            findings=[*findings(), *(extra or [])],
            problems=[Problem("bad<.py", 3, "line 3 could not be parsed")],
            scanned={"python": 2},
            skipped={"excluded": ["node_modules/"]},
            suppressed=1,
            rules=rules,
            read=lambda path: SOURCE.encode() if path == "src/a b.py" else b"",
        )
    )


def figures() -> tuple[Figure, ...]:
    return (
        Figure("calls", 3e6, "calls a month", "usage", "asynccost-usage.toml:3"),
        Figure("cpu_s", 0.0186, "s", "default", "building an httpx client", "2026-11-22", 0.0055, 0.021),
        Figure("p_vcpu", 1.124e-5, "USD per vCPU second", "price", "a price list </td>", "2026-11-22"),
    )


def priced() -> list[Finding]:
    """Findings with costs: two that overlap, one of another kind, one with a unit price only."""

    def one(number: int, cost: Cost, path: str = "src/a b.py") -> Finding:
        finding = Finding("session-recreation", path, span(2, 5, 3, 30), "Built per call.", Confidence.HIGH, "f")
        finding.fingerprint, finding.family, finding.cost = f"{number:016x}", "connections", cost
        return finding

    formula = "calls * cpu_s * p_vcpu"
    return [
        one(0xB1, Cost(0.3, 0.63, 0.7, "month", formula, figures(), scope="handler")),
        one(0xB2, Cost(0.1, 0.2, 0.3, "month", formula, figures(), scope="handler"), "web/x.ts"),
        one(0xB3, Cost(10, 38, 45, "month", "calls", figures()[:1], kind="llm")),
        one(0xB4, Cost(0.1, 0.2, 0.3, "million calls", "calls", figures()[:1])),
    ]


def many(count: int) -> list[Finding]:
    return [
        Finding(
            "await-in-loop",
            f"m{n % 50}.py",
            span(n + 1, 1, n + 1, 2),
            f"Finding number {n} says so at some length, since findings do.",
            Confidence.MEDIUM,
            family="latency",
            fingerprint=f"{n:016x}",
        )
        for n in range(count)
    ]


def trace(name: str = "app/main.py") -> Trace:
    """What a probe may have seen: a leak of clients, reads in a row, tokens, a loop that stood still."""
    place = Place(name, "handler", 3)
    request = "GET http://127.0.0.1:8000/items/{}"
    run = [[0.1 * n, 0.1, request, f"{name}:{n}"] for n in range(12)]
    process = Process(
        *(7, 100.0, 460.0, 1, name),
        finished=True,
        gauges=[[100.0 + 10 * n, 3e7 + 1e6 * n, 5 + n, 2] for n in range(37)],
        clients=[[10.0 * n, n, 2 * n, n - 1] for n in range(1, 37)],
    )
    return Trace(
        [process],
        [
            Clients(place, "httpx", "AsyncClient", created=72, live=36, used_once=36, max_live=36),
            Calls(place, place, "httpx", "GET", "http://127.0.0.1:8000", "/items/{}", requests=99, new=72, reused=27),
            Serial(place, None, "http://127.0.0.1:8000", "/items/{}", requests=11, longest=12, savable_seconds=1.0,
                   worst_seconds=1.0, example=run),
            Blocking(place, 3, 0.4, 0.2),
            Tokens(place, place, "http://a", "openai", name, "", counts={"input": 1000, "cached": 250, "output": 9}),
        ],
    )  # fmt: skip


def owners(path: str) -> tuple[str, ...]:
    """As of a CODEOWNERS file that leaves one path to nobody."""
    return () if path == "gone.py" else ("@acme/web", "@acme/api") if path.startswith("web/") else ("@acme/api",)


def run(day: int, findings: int, llm: float | None = None) -> Run:
    """A row of the history."""
    return Run(f"2026-11-{day:02}T10:00:00Z", "a" * 40, "0", "x", 9, findings, 0, 0, findings, 0, None, llm)
