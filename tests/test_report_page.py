"""The HTML page without a browser: policy, hostile input, sizes, sums, bytes. See test_report_browser.py."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from asynccost.cost.words import dollars
from asynccost.model import Confidence, Cost, Finding, Problem
from asynccost.probe.trace import Place, Process, Serial, Trace
from asynccost.report import Report, View, as_html, as_json
from asynccost.report import page as package
from asynccost.report.context import Context
from asynccost.report.page.building import IN_PLACE, MOST
from asynccost.report.page.cards import pieces
from asynccost.report.page.links import host_template, link
from tests.page_reader import Seen, element, packed
from tests.report_sample import SOURCE, many, owners, priced, report, run, span, trace

HOSTILE = '</script><img src=x onerror=alert(1)>"\'>{{1234*1234}}{% x %}\u202e\u2028\ud800\x1b[31m\0'


def hostile() -> Report:
    """A report in which everything that comes from outside tries to get out."""
    finding = Finding(HOSTILE, HOSTILE, span(1, 1, 1, 9), HOSTILE, Confidence.HIGH, HOSTILE, family=HOSTILE)
    finding.fingerprint, finding.evidence = "00000000000000ff", {HOSTILE: HOSTILE}
    other = replace(finding, message="x" * 1_000_000, fingerprint="00000000000000fe")
    return Report(
        findings=[finding, other],
        problems=[Problem(HOSTILE, 1, HOSTILE)],
        scanned={"python": 1},
        skipped={HOSTILE: [HOSTILE]},
        rules=lambda: {HOSTILE: report().rules()["await-in-loop"]._replace(summary=HOSTILE, page=HOSTILE)},
        read=lambda _: (HOSTILE * 3).encode("utf-8", "surrogatepass") + b"\xff\xfe" + b"y" * 1_000_000,
        trace=trace(HOSTILE),
        owners=lambda _: (HOSTILE,),
        context=lambda: Context(remote="https://x:y@github.com/a/b", revision="f" * 40, time="2026-01-01T00:00:00Z"),
    )


def test_the_page_reaches_for_nothing() -> None:
    """No address is loaded, no inline handler or style stands in it; links lead into the page or to the code host."""
    seen = Seen(as_html.render(report()))
    assert not {"img", "link", "iframe", "object", "base"} & set(seen.tags)
    assert not [n for n, _ in seen.attributes if n.startswith("on") or n in ("src", "style", "action")]
    assert all(value.startswith("#") for value in seen.values("href"))
    assert re.search(r"url\(|@import|fetch\(|http", element(as_html.render(report()), "style")) is None
    assert re.search(r"fetch\(|XMLHttp|import\(|eval\(", element(as_html.render(report()), "script")) is None


def test_the_policy_lets_only_its_own_style_and_script_in() -> None:
    page = as_html.render(report())
    policy = dict(re.findall(r"([\w-]+) ([^;]+)", Seen(page).values("content")[0]))
    assert policy["default-src"] == "'none'"
    for tag in ("style", "script"):
        digest = b64encode(sha256(element(page, tag).encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"


def test_hostile_input_is_text() -> None:
    """Whatever a name or a line of code says, it is shown as such, with what cannot be seen made visible."""
    page = as_html.render(hostile())
    seen = Seen(page)
    assert "img" not in seen.tags
    assert seen.tags.count("script") == 1
    assert "1522756" not in page
    assert "{{1234*1234}}{% x %}" in seen.text
    assert "<U+202E>" in seen.text
    assert "<U+D800>" in seen.text
    assert not re.search("[\u202e\u2028\ud800\x1b\0]", page)
    assert "x:y@" not in page
    assert len(page) < 200_000


def test_structure() -> None:
    """One first heading, headings in order, a language, landmarks, and ids that stand once."""
    page = as_html.render(report(priced()))
    seen = Seen(page)
    assert seen.tags.count("h1") == 1
    levels = [int(t[1]) for t in seen.tags if re.fullmatch(r"h[1-6]", t)]
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    assert {"main", "header", "footer", "nav"} <= set(seen.tags)
    assert len(seen.values("id")) == len(set(seen.values("id")))
    assert '<html lang="en"' in page
    assert "<h3>Why it costs</h3><p>Each turn waits for the last. One hundred turns of 40 ms are 4 s.</p>" in page
    assert 'id="f-00000000000000a1"' in page
    assert 'id="f-00000000000000a1-1"' in page  # two of one fingerprint
    assert "could not be parsed" in seen.text


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    dull, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dull + 0.05)


@pytest.mark.parametrize("opens", [":root {", ':root:not([data-theme="light"]) {', ':root[data-theme="dark"] {'])
def test_contrast(opens: str) -> None:
    """4.5 to 1 for every ink on every paper, 3 to 1 for drawings, in both themes."""
    style = element(as_html.render(report()), "style")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", style.partition(opens)[2].partition("}")[0]))
    for ink in ("ink", "dim", "accent", "error", "warning", "info", "good"):
        for paper in ("paper", "soft", *(("add", "del", "mark") if ink == "ink" else ())):
            assert _contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for drawing in ("bar", "more", "accent"):
        assert _contrast(colours[drawing], colours["paper"]) >= 3, drawing


def test_the_first_are_readable_without_javascript_and_the_rest_are_packed() -> None:
    page = as_html.render(report(many(300)))
    here, there = page.count("<tbody id="), packed(page).count("<tbody id=")
    assert (here, there) == (IN_PLACE, 304 - IN_PLACE)
    assert f"the first {IN_PLACE} findings are shown here" in page


def test_sizes() -> None:
    """The page's own parts, a thousand findings with frames, and fifty thousand."""
    folder = Path(next(iter(package.__path__)))
    parts = [file for file in folder.iterdir() if file.suffix in (".html", ".css", ".js")]
    assert sum(file.stat().st_size for file in parts) <= 120_000
    sample = report(many(1_000))
    sample.read = lambda _: (SOURCE * 400).encode()
    assert len(as_html.render(sample).encode()) <= 1_000_000
    page = as_html.render(report(many(50_000)))
    assert len(page.encode()) < 5_000_000
    assert f"{50_004 - MOST:,} more findings are not in this page" in page


def test_equal_reports_give_equal_bytes() -> None:
    one, two = report(many(200)), report(many(200))
    one.trace, two.trace = trace(), trace()
    one.owners = two.owners = owners
    assert as_html.render(one) == as_html.render(two)


def test_no_source_leaves_no_code() -> None:
    sample = report()
    sample.view = View(source=False)
    page = as_html.render(sample)
    assert "Client()" in as_html.render(report())
    for line in SOURCE.splitlines():
        assert line.strip() not in page


def test_the_money_adds_up() -> None:
    """Headline, bars and cards, computed again from the JSON by the rules of money."""
    sample = report(priced())
    seen = Seen(as_html.render(sample))
    rows = [row for row in json.loads(as_json.render(sample))["findings"] if row["cost"]]
    month: dict[str, dict[str, float]] = {}
    for row in (r["cost"] for r in rows if r["cost"]["per"] == "month"):
        scopes = month.setdefault(row["kind"], {})
        key = row["scope"] or str(id(row))
        scopes[key] = max(scopes.get(key, 0.0), row["likely"])
    llm, machines = (sum(month[kind].values()) for kind in ("llm", "infrastructure"))
    heading = as_html.render(sample).partition("<h1>")[2].partition("</h1>")[0]
    assert f"about {dollars(machines)} a month of machine time" in heading[0].lower() + heading[1:]
    assert f"about {dollars(llm)} a month of model calls" in heading
    assert "3 of 8 findings are priced by the month" in seen.text
    assert f"the parts add to {dollars(0.83)} of machine time" in seen.text
    for row in rows:
        assert dollars(row["cost"]["likely"]) in seen.text
        assert all(figure["name"] in seen.text and figure["origin"] in seen.text for figure in row["cost"]["basis"])
    bars = re.findall(r'<td class="number">\$([\d.]+) ', as_html.render(sample).partition("By folder")[2])
    assert sum(map(float, bars)) == pytest.approx(llm + machines + 0.2, rel=0.02)  # two folders share one scope


def test_cents_are_no_headline() -> None:
    """Less than a dollar a month: findings are counted, and the sum is told as small."""
    sample = report()
    sample.findings[0].cost = Cost(0.02, 0.04, 0.9, "month", "calls", ())
    page = as_html.render(sample)
    assert "<h1>4 places in 2 files waste work, connections or waiting time" in page
    assert "What has a price, 1 of them, comes to less than $1 a month." in page
    assert "Findings by rule" in page


def test_nothing_found() -> None:
    page = as_html.render(Report(scanned={"python": 3}))
    assert "Nothing was found in 3 files" in page


def test_the_trend_needs_two_runs() -> None:
    sample = report()
    sample.history = lambda: [run(1, 5)]
    assert "<polyline" not in as_html.render(sample)
    sample.history = lambda: [run(1, 5, 40.0), run(2, 4, 28.0)]
    page = as_html.render(sample)
    assert "1 finding fewer than on 2026-11-01 (5, now 4); model calls: -$12 a month (from $40 to $28)." in page
    assert 'points="4.0,4.0 296.0,19.6"' in page


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@github.com:acme/shop.git", "https://github.com/acme/shop/blob/SHA/a%20b.py#L3-L4"),
        ("https://user:token@github.com/acme/shop", "https://github.com/acme/shop/blob/SHA/a%20b.py#L3-L4"),
        ("ssh://git@gitlab.acme.org:2222/x/y/z.git", "https://gitlab.acme.org/x/y/z/-/blob/SHA/a%20b.py#L3-4"),
        ("https://bitbucket.org/a/b.git", "https://bitbucket.org/a/b/src/SHA/a%20b.py#lines-3:4"),
        ("/srv/git/shop.git", ""),
        ("git@git.acme.org:a/b.git", ""),
        ("", ""),
    ],
)
def test_links_to_the_code_host(remote: str, address: str) -> None:
    assert link(host_template(remote), sha="SHA")("a b.py", 3, 4, 1) == address


def test_links_to_the_editor_are_made_only_when_asked_for() -> None:
    sample = report()
    sample.context = lambda: Context(root="/home/me/shop")
    assert "/home/me" not in as_html.render(sample)
    sample.view = View(editor="vscode")
    assert 'href="vscode://file/home/me/shop/src/a%20b.py:2:5"' in as_html.render(sample)


def test_a_trace_adds_what_was_measured() -> None:
    """Charts with their words, each with a text alternative; names from the trace are text like any other."""
    sample = report()
    sample.trace = trace(HOSTILE)
    seen = Seen(as_html.render(sample))
    assert "Seen at run time" in seen.text
    for words in (
        "72, 36 of them for one request, at most 36 live",
        "72 new, 27 reused, 0 avoidable",
        "1,000 in (25% cached), 9 out",
        "400 ms, at most 200 ms at once",
        "Live clients: at most 36 at once, 72 built, 35 at the end",
        "after 360 sat most 36 live, 72 built so far",
        "Memory: 29 MiB to 63 MiB, growing by 343 MiB an hour",
        "Open descriptors: 5 to 41, growing by 360 an hour",
    ):
        assert words in seen.text, words
    assert "img" not in seen.tags
    assert "tasks left behind" not in seen.text.lower()


def test_requests_that_waited_are_drawn_beside_how_they_couldrun() -> None:
    """Twelve of 0.1 s in a row; ten at a time, in their order, the last two wait for a place."""
    sample = report()
    sample.trace = trace()
    page = as_html.render(sample)
    text = Seen(page).text
    assert "as it ran: 1.20 s beside each other: 0.20 s" in text
    assert "GET http://127.0.0.1:8000/items/{} app/main.py:111.10 s to 1.20 s0.10 s to 0.20 s" in text
    drawn = re.findall(r'class="(ran|could)" x="([\d.]+)" width="([\d.]+)"', page)
    assert [(float(x), float(width)) for kind, x, width in drawn if kind == "ran"] == [
        (pytest.approx(100 * n / 12, abs=0.01), 8.33) for n in range(12)
    ]
    assert [float(x) for kind, x, _ in drawn if kind == "could"] == [0.0] * 10 + [8.33] * 2


def test_a_trace_of_before_there_were_samples_still_makes_a_page() -> None:
    sample = report()
    gauges = [[100.0, 1e6, 5.0, 1.0], [130.0, 3e6, 6.0, 1.0], [160.0, 4e6, 7.0, 1.0]]
    process = Process(7, 100.0, 160.0, program="app", gauges=gauges)
    sample.trace = Trace([process], [Serial(Place("a.py", "f", 1), None, "http://a", "/", savable_seconds=3.0)])
    page = as_html.render(sample)
    assert "Over time: app (7)" in Seen(page).text
    assert 'points="4.0,43.0 150.0,17.0 296.0,4.0"' in page
    assert "Live clients" not in page
    assert "beside each other" not in page


def test_a_fix_stands_beside_what_was_there() -> None:
    """Both columns hold what stays, once for those who listen; what goes and what comes stand in one row."""
    rows = pieces(["@@ -1 +1 @@", " a", "-b", "-c", "+d", " e", "+f"])
    assert [(row.kind, list(row.old), list(row.new)) for row in rows] == [
        *(("at", ["@@ -1 +1 @@"], []), ("same", ["a"], []), ("change", ["b", "c"], ["d"])),
        *(("same", ["e"], []), ("change", [], ["f"])),
    ]
    page = as_html.render(report())
    diff = page.partition('<div class="diff"')[2].partition("<h3>")[0]
    assert '<code class="old"><span>-async def' in diff
    assert '<code class="new"><span>+axync def' in diff
    assert diff.count('<code class="new" aria-hidden="true">') == diff.count('<div class="same">') == 1


def test_owners() -> None:
    """Bars that add up, a filter by each owner, and who owns what nobody owns."""
    sample = report(priced())
    assert "Owner" not in as_html.render(sample)
    sample.owners = owners
    page = as_html.render(sample)
    bars = page.partition("By owner")[2].partition("</table>")[0]
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', bars) == [
        *[("#view=engineering&amp;owner=%40acme/api", "@acme/api")] * 2,  # two kinds of cost
        ("#view=engineering&amp;owner=%40acme/web%20%40acme/api", "@acme/web @acme/api"),
    ]
    assert "<dt>Owners</dt><dd>@acme/api, @acme/web</dd>" in page
    select = page.partition('<select name="owner">')[2].partition("</select>")[0]
    assert re.findall(r">([^<]+)</option>", select) == ["all", "@acme/api (7)", "@acme/web (1)", "nobody (1)"]
    assert json.loads(as_json.render(sample))["findings"][0]["owners"] == []
