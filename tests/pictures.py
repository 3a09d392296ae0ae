"""Takes the README's pictures of the demo's page: `python -m tests.pictures` (needs Chromium and its driver)."""

import base64
import subprocess
import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import browser, emulate

FOLDER = Path(__file__).parents[1] / ".github"
SIZE = 1_000
SHOWN = (  # name, theme, view, what stands at the top, what is opened
    ("report-light", "light", "#", "body", ""),
    ("report-dark", "dark", "#view=engineering&text=licences", "#list", "#list > tbody:not([hidden]) details"),
)


def take() -> None:
    """Run the demo, and write each picture."""
    with tempfile.TemporaryDirectory() as folder, browser(Path(folder, "profile")) as chrome:
        command = [sys.executable, "-m", "asynccost", "demo", "demo"]
        subprocess.run(command, cwd=folder, capture_output=True, check=True)
        page = Path(folder, "demo", "report.html").as_uri()
        for name, theme, view, top, opened in SHOWN:
            emulate(chrome, width=SIZE, height=SIZE, theme=theme)
            chrome.get("about:blank")
            chrome.get(page + view)
            WebDriverWait(chrome, 60).until(lambda c: c.execute_script("return document.documentElement.dataset.ready"))
            (FOLDER / f"{name}.png").write_bytes(_shot(chrome, top, opened))


def _shot(chrome: Chrome, top: str, opened: str) -> bytes:
    if opened:
        chrome.execute_script("document.querySelector(arguments[0]).open = true", opened)
    y = chrome.execute_script("return document.querySelector(arguments[0]).getBoundingClientRect().y + scrollY", top)
    clip = {"x": 0, "y": y, "width": SIZE, "height": SIZE, "scale": 1}
    shot = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(shot["data"])


if __name__ == "__main__":
    take()
