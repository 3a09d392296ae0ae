"""Headless Chromium for the tests of the page: the network is off, and what it says or asks for is written down."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


@contextmanager
def browser(folder: Path, *, script: bool = True) -> Iterator[Chrome]:
    """A browser with a profile of its own; skips, or fails where ASYNCCOST_TESTS_BROWSER says "required"."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        why = "Chromium and its driver are not installed (Debian: chromium, chromium-driver)"
        if os.environ.get("ASYNCCOST_TESTS_BROWSER") == "required":
            pytest.fail(why)
        pytest.skip(why)
    options = ChromeOptions()
    options.binary_location = chromium
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    if not script:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def emulate(chrome: Chrome, *, width: int, height: int = 900, theme: str = "light") -> None:
    """A screen of a size, and what the system prefers."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [
        {"name": "prefers-color-scheme", "value": theme},
        {"name": "prefers-reduced-motion", "value": "reduce"},  # a click must not chase a page that still scrolls
    ]
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})


def said(chrome: Chrome) -> list[str]:
    """Every console message since the last look."""
    return [entry["message"] for entry in chrome.get_log("browser")]


def asked(chrome: Chrome) -> list[str]:
    """Every address that was asked for since the last look."""
    events: list[dict[str, Any]] = [json.loads(e["message"])["message"] for e in chrome.get_log("performance")]
    return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
