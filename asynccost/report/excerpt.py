"""The first sentences below a heading of a rule's page, for formats that have no room for all of it."""

import re
from functools import cache


@cache
def excerpt(page: str, heading: str, sentences: int = 1) -> str:
    """Prose in one line; code blocks are left out. Nothing where the page has no such heading."""
    found = re.search(rf"^## {re.escape(heading)}[^\n]*\n(.*?)(?=^## |\Z)", page, re.M | re.S)
    prose = re.sub(r"^```.*?^```", "", found[1], flags=re.M | re.S) if found else ""
    flat = " ".join(prose.split())
    return " ".join(re.findall(r"\S.*?[.!?](?=\s|\Z)", flat)[:sentences])
