"""Reads a page as a browser would see it, without one."""

import gzip
import re
from base64 import b64decode
from html.parser import HTMLParser


class Seen(HTMLParser):
    """Tags, attributes and text of a page, and the findings that are packed in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.within = ""
        self.feed(page)
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a browser would see."""
        self.within = tag
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Text that is shown."""
        if self.within not in ("style", "script"):
            self.words.append(data)

    def values(self, name: str) -> list[str]:
        """Every value of an attribute."""
        return [value for key, value in self.attributes if key == name]


def packed(page: str) -> str:
    """The findings that only JavaScript unpacks."""
    match = re.search(r'<script type="application/octet-stream" id="packed">([^<]*)</script>', page)
    return gzip.decompress(b64decode(match[1])).decode() if match else ""


def element(page: str, tag: str) -> str:
    """What stands in the last element of a name, such as the style."""
    return page.rpartition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
