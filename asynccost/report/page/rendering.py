"""The page as text: one autoescaped template, a strict policy, and the bulk of the findings packed."""

import gzip
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from asynccost.report.frame import visible
from asynccost.report.page.data import Page

_HERE = Path(__file__).parent
_LONGEST = 4_000  # characters of one value that are shown


def render(page: Page) -> str:
    """The whole page. Equal pages give equal text."""
    sheet, script = style(), Markup((_HERE / "script.js").read_text("utf-8"))
    page.policy = (
        f"default-src 'none'; script-src '{digest(script)}'; style-src '{digest(sheet)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        environment().get_template("template.html").render(page=page, style=sheet, script=script, packed=_packed(page))
    )


def _packed(page: Page) -> Markup:
    """The findings after the first, rendered and compressed; the page's script unpacks them."""
    if not page.rest:
        return Markup()
    template = environment().get_template("card.html")
    rows = "".join(template.render(card=card) for card in page.rest)
    return Markup(b64encode(gzip.compress(f"<table>{rows}</table>".encode(), mtime=0)).decode())


@cache
def environment() -> Environment:
    """Templates beside this module. Every value is escaped, and what could hide or reorder text is made visible."""
    return Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        keep_trailing_newline=True,
    )


def _shown(value: object) -> object:
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    if len(value) > _LONGEST:
        value = f"{value[:_LONGEST]} ... ({len(value) - _LONGEST:,} more characters)"
    return visible(value)


def style() -> Markup:
    """The style sheet of every page."""
    return Markup((_HERE / "style.css").read_text("utf-8"))


def digest(text: str) -> str:
    """What a policy calls a style or script."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
