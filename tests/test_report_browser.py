"""The page in headless Chromium, from disk, without a network: what people see, press and print."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from asynccost.report import as_html
from tests.browser import asked, browser, emulate, said
from tests.node_programs import packages
from tests.report_sample import SOURCE, many, owners, priced, report, run, trace
from tests.test_report_page import hostile

WIDTHS = (360, 768, 1440)
Pages = dict[str, str]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Addresses of pages on disk: a usual one, one that attacks, one with many findings."""
    folder = tmp_path_factory.mktemp("pages")
    usual = report([*priced(), *many(60)])
    usual.trace, usual.owners = trace(), owners
    usual.history = lambda: [run(day, 60 + day, 40.0 - day) for day in (1, 2, 3)]
    big = report(many(1_000))
    big.read = lambda _: (SOURCE * 400).encode()
    made = {"usual": usual, "hostile": hostile(), "big": big}
    for name, sample in made.items():
        (folder / f"{name}.html").write_text(as_html.render(sample), "utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.fixture(scope="module")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with browser(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A browser that runs no script."""
    with browser(tmp_path_factory.mktemp("profile"), script=False) as one:
        yield one


def go(chrome: Chrome, address: str) -> None:
    """Open a page afresh and wait until its findings are unpacked."""
    chrome.get("about:blank")
    said(chrome), asked(chrome)
    chrome.get(address)
    WebDriverWait(chrome, 60).until(lambda c: c.execute_script("return document.documentElement.dataset.ready"))


def shown(chrome: Chrome) -> int:
    """How many findings are in sight."""
    count: int = chrome.execute_script("return document.querySelectorAll('#list > tbody:not([hidden])').length")
    return count


def overflow(chrome: Chrome) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(chrome.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]["width"]) - int(
        chrome.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssLayoutViewport"]["clientWidth"]
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", ["usual", "hostile"])
def test_nothing_is_said_asked_for_or_cut_off(chrome: Chrome, pages: Pages, page: str, width: int, theme: str) -> None:
    """In both views; and hostile input neither runs nor breaks out."""
    emulate(chrome, width=width, theme=theme)
    for view in ("", "#view=engineering"):
        go(chrome, pages[page] + view)
        for details in chrome.find_elements(By.CSS_SELECTOR, "details")[:5]:
            chrome.execute_script("arguments[0].open = true", details)
        assert overflow(chrome) <= 0, view
        assert said(chrome) == []
        assert {a.partition("#")[0] for a in asked(chrome)} <= {pages[page]}
    assert chrome.find_elements(By.CSS_SELECTOR, "img, iframe") == []
    paper = chrome.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) is (theme == "dark")


@pytest.mark.parametrize("width", WIDTHS)
def test_without_javascript_totals_and_the_first_findings_are_there(plain: Chrome, pages: Pages, width: int) -> None:
    emulate(plain, width=width)
    plain.get(pages["usual"])
    text = plain.find_element(By.TAG_NAME, "body").text
    assert "of machine time" in plain.find_element(By.TAG_NAME, "h1").text
    assert "What to do first" in text
    assert "What was scanned" in text
    assert "Without JavaScript the first 50 findings are shown here" in text
    assert len(plain.find_elements(By.CSS_SELECTOR, "#list > tbody")) == 50
    assert not plain.find_element(By.CSS_SELECTOR, ".filters").is_displayed()
    assert overflow(plain) <= 0
    details = plain.find_element(By.CSS_SELECTOR, "#list details")
    details.find_element(By.TAG_NAME, "summary").click()
    assert details.find_element(By.CSS_SELECTOR, "pre").is_displayed()


def test_filters_sorting_and_their_links(chrome: Chrome, pages: Pages) -> None:
    """What is chosen stands in the address, and the address chooses it again."""
    emulate(chrome, width=1440)
    go(chrome, pages["usual"] + "#view=engineering")
    assert shown(chrome) == 68
    Select(chrome.find_element(By.NAME, "rule")).select_by_value("session-recreation")
    WebDriverWait(chrome, 10).until(lambda c: shown(c) == 6)
    assert "6 of 68 findings shown" in chrome.find_element(By.ID, "shown").text
    chrome.find_element(By.ID, "text").send_keys("built web/x.ts")
    WebDriverWait(chrome, 10).until(lambda c: shown(c) == 1)
    assert "rule=session-recreation" in chrome.current_url
    go(chrome, chrome.current_url)
    assert shown(chrome) == 1
    chrome.find_element(By.CSS_SELECTOR, ".filters button[type=reset]").click()
    WebDriverWait(chrome, 10).until(lambda c: shown(c) == 68)
    Select(chrome.find_element(By.NAME, "sort")).select_by_value("place")
    places = [e.text for e in chrome.find_elements(By.CSS_SELECTOR, ".where")]
    assert places.index("m2.py:3:1") < places.index("m10.py:11:1")  # numbers sort as numbers
    Select(chrome.find_element(By.NAME, "sort")).select_by_value("")
    first = chrome.find_element(By.CSS_SELECTOR, "#list .cost").text
    assert first.startswith("$38 a month")


def test_findings_by_owner(chrome: Chrome, pages: Pages) -> None:
    """One of several owners is enough; a bar's link asks for all that it names."""
    emulate(chrome, width=1440)
    for wanted, count in (("@acme/web", 1), ("@acme/api", 67), ("nobody", 1)):
        go(chrome, f"{pages['usual']}#view=engineering")
        Select(chrome.find_element(By.NAME, "owner")).select_by_value(wanted)
        WebDriverWait(chrome, 10).until(lambda c, n=count: shown(c) == n)  # type: ignore[misc]
    go(chrome, pages["usual"])
    chrome.find_element(By.PARTIAL_LINK_TEXT, "@acme/web @acme/api").click()
    WebDriverWait(chrome, 10).until(lambda c: shown(c) == 1)
    assert chrome.find_element(By.CSS_SELECTOR, "#list > tbody:not([hidden]) .where").text == "web/x.ts:2:5"


@pytest.mark.parametrize(("width", "columns"), [(360, 1), (767, 1), (768, 2), (1440, 2)])
def test_a_fix_is_beside_what_was_there_where_there_is_room(
    chrome: Chrome, pages: Pages, width: int, columns: int
) -> None:
    emulate(chrome, width=width)
    go(chrome, f"{pages['usual']}#f-{0xA1:016x}")
    row = chrome.find_element(By.ID, f"f-{0xA1:016x}")
    old, new = (row.find_element(By.CSS_SELECTOR, f".change .{kind}").rect for kind in ("old", "new"))
    assert (old["y"] == new["y"]) is (columns == 2)
    assert (old["x"] == new["x"]) is (columns == 1)
    assert row.find_element(By.CSS_SELECTOR, ".same .new").is_displayed() is (columns == 2)


def test_what_was_measured_is_drawn_and_told(chrome: Chrome, pages: Pages) -> None:
    """Lines and waterfalls have sizes; the words beside them and the tables below say the same."""
    emulate(chrome, width=1440)
    go(chrome, pages["usual"] + "#view=engineering")
    lines = chrome.find_elements(By.CSS_SELECTOR, ".lines svg")
    assert [svg.get_attribute("aria-label").partition(":")[0] for svg in lines] == [  # type: ignore[union-attr]
        *("Live clients", "Memory", "Open descriptors"),
    ]
    assert all(svg.size["height"] > 50 for svg in lines)
    rows = chrome.find_elements(By.CSS_SELECTOR, ".waterfall tbody tr")
    assert len(rows) == 12
    ran, could = rows[-1].find_elements(By.CSS_SELECTOR, "rect")
    assert ran.rect["x"] - ran.find_element(By.XPATH, "..").rect["x"] > 100
    assert 0 < could.rect["width"] < 40
    chrome.find_element(By.LINK_TEXT, "Seen at run time").click()
    assert chrome.find_element(By.ID, "runtime").is_displayed()


def test_permanent_links(chrome: Chrome, pages: Pages) -> None:
    """A link to a finding, also to one that is packed, opens it in its view; a link to a rule opens its page."""
    emulate(chrome, width=1440)
    go(chrome, f"{pages['usual']}#f-{59:016x}")
    target = chrome.find_element(By.ID, f"f-{59:016x}")
    assert target.is_displayed()
    assert target.find_element(By.TAG_NAME, "details").get_attribute("open")
    target.find_element(By.CSS_SELECTOR, "a[href='#rule-await-in-loop']").click()
    rule = chrome.find_element(By.ID, "rule-await-in-loop")
    assert rule.get_attribute("open")
    assert "Each turn waits for the last." in rule.text


def test_keys(chrome: Chrome, pages: Pages) -> None:
    """`/` goes to the filter, j and k walk, f opens, Escape leaves; Tab reaches the skip link first."""
    emulate(chrome, width=1440)
    go(chrome, pages["usual"])
    body = chrome.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert chrome.switch_to.active_element.text == "Skip to the report"
    body.send_keys("/")
    assert chrome.switch_to.active_element.get_attribute("id") == "text"
    chrome.switch_to.active_element.send_keys("x", Keys.BACKSPACE, Keys.ESCAPE)
    body.send_keys("j")
    body.send_keys("j")
    body.send_keys("k")
    at = chrome.find_elements(By.CSS_SELECTOR, "tbody.at")
    assert [row.get_attribute("id") for row in at] == ["f-00000000000000b3"]
    body.send_keys("f")
    assert at[0].find_element(By.TAG_NAME, "details").get_attribute("open")


def test_the_theme_has_a_button(chrome: Chrome, pages: Pages) -> None:
    emulate(chrome, width=768, theme="dark")
    go(chrome, pages["usual"])
    chrome.find_element(By.ID, "theme").click()
    assert "theme=light" in chrome.current_url
    assert chrome.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("view", ["", "#view=engineering"])
def test_the_summary_prints_on_two_pages_at_most(chrome: Chrome, pages: Pages, view: str) -> None:
    emulate(chrome, width=1440)
    go(chrome, pages["usual"] + view)
    printed = base64.b64decode(chrome.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) in (1, 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "#view=engineering"])
def test_axe_finds_no_violation(chrome: Chrome, pages: Pages, view: str, theme: str) -> None:
    axe = (packages() / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
    emulate(chrome, width=1440, theme=theme)
    go(chrome, pages["usual"] + view)
    chrome.execute_script("document.querySelectorAll('#list details').forEach((d, i) => (d.open = i < 8))")
    chrome.execute_cdp_cmd("Runtime.evaluate", {"expression": axe})
    found = chrome.execute_async_script(
        "const done = arguments[0];"
        "axe.run().then((r) => done(r.violations), (e) => done([{id: String(e), nodes: []}]));"
    )
    assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found] == []


def test_a_thousand_findings_are_all_there(chrome: Chrome, pages: Pages) -> None:
    emulate(chrome, width=1440)
    go(chrome, pages["big"] + "#view=engineering")
    assert shown(chrome) == 1_004
    assert Path(pages["big"].removeprefix("file://")).stat().st_size <= 1_000_000
