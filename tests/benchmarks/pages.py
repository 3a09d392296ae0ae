"""HTML reports of several tools side by side, each opened in headless Chromium with the network off.

    python -m tests.benchmarks.pages asynccost=report.html coverage=htmlcov/index.html ... [--write PAGE.md]

Give each tool's report on the same project. What is measured: bytes (with gzip) of the file; requests beyond the file
that its loading asks for; dark: the background differs where the system prefers dark; print: a style sheet has rules
for print; keys: the page listens to keys; CSP: whether a policy stands in it, and a strict one; words without
JavaScript: the share of the words that are still there.
"""

import argparse
import gzip
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser import asked, browser, emulate

_PRINT = """
const prints = (rule) => /print/.test(rule.media?.mediaText || "");
return [...document.styleSheets].some((sheet) => {
  try { return prints(sheet) || [...sheet.cssRules].some(prints); } catch { return false; }
});
"""
_PAPER = """
const paper = (element) => getComputedStyle(element).backgroundColor;
return paper(document.body) + paper(document.documentElement);
"""


@dataclass(frozen=True)
class Measured:
    """One report in numbers and words."""

    size: int
    packed: int
    requests: int
    dark: bool
    printed: bool
    keys: bool
    policy: str
    words: float


def measure(path: Path) -> Measured:
    """Open a report twice, with and without JavaScript."""
    text = path.read_text("utf-8", "replace")
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder)) as chrome:
        asked(chrome)
        papers = []
        for theme in ("light", "dark"):
            emulate(chrome, width=1440, theme=theme)
            chrome.get(path.resolve().as_uri())
            chrome.implicitly_wait(2)
            papers.append(chrome.execute_script(_PAPER))
        loaded = {a.partition("#")[0] for a in asked(chrome) if a.startswith(("http", "file:"))}
        printed = bool(chrome.execute_script(_PRINT))
        whole = _words(chrome)
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder), script=False) as chrome:
        chrome.get(path.resolve().as_uri())
        bare = _words(chrome)
    scripts = "".join(p.read_text("utf-8", "replace") for p in path.parent.glob("*.js")) + text
    return Measured(
        size=path.stat().st_size,
        packed=len(gzip.compress(path.read_bytes())),
        requests=len(loaded - {path.resolve().as_uri()}),
        dark=papers[0] != papers[1],
        printed=printed,
        keys=bool(re.search(r"""["']key(down|press|up)["']|onkey(down|press|up)|mousetrap""", scripts)),
        policy=_policy(text),
        words=min(bare / whole, 1.0) if whole else 0.0,
    )


def _words(chrome: Chrome) -> int:
    return len(chrome.find_element(By.TAG_NAME, "body").text.split())


def _policy(text: str) -> str:
    match = re.search(r'http-equiv="Content-Security-Policy"\s+content="([^"]*)"', text, re.I)
    if match is None:
        return "none"
    return "strict" if "unsafe" not in match[1] and "*" not in match[1] else "open"


def table(rows: dict[str, Measured]) -> str:
    """As Markdown."""
    lines = ["| report | bytes (gzip) | requests | dark | print | keys | CSP | words without JavaScript |"]
    lines.append("|---|---:|---:|---|---|---|---|---:|")
    for name, m in rows.items():
        marks = " | ".join("yes" if mark else "no" for mark in (m.dark, m.printed, m.keys))
        sizes = f"{m.size:,} ({m.packed:,}) | {m.requests}"
        lines.append(f"| {name} | {sizes} | {marks} | {m.policy} | {m.words:.0%} |")
    return "\n".join(lines)


def main() -> None:
    """Measure what was named; print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reports", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between the page's markers")
    given = parser.parse_args()
    pairs = dict(item.split("=", 1) for item in given.reports)
    made = table({name: measure(Path(path)) for name, path in pairs.items()})
    print(made)
    if given.write:
        page = given.write.read_text("utf-8")
        page = re.sub(r"(<!-- table -->\n).*?(<!-- /table -->)", lambda m: f"{m[1]}{made}\n{m[2]}", page, flags=re.S)
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
