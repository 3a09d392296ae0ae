"""URLs as text -> origin, path and query. An origin is scheme, host and port; user names and passwords are dropped."""

from __future__ import annotations

MOST_TEXTS = 4_096
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_known: dict[str, tuple[str, str, str]] = {}


def split(text: str) -> tuple[str, str, str]:
    """("https://api.example.com", "/v1/items", "page=2") of a URL."""
    found = _known.get(text)
    if found is None:
        if len(_known) >= MOST_TEXTS:
            _known.clear()
        found = _known[text] = _split(text)
    return found


def _split(text: str) -> tuple[str, str, str]:
    scheme, mark, rest = text.partition("://")
    if not mark:
        return "", text.partition("?")[0], text.partition("?")[2]
    rest = rest.partition("#")[0]
    before, _, query = rest.partition("?")
    authority, slash, path = before.partition("/")
    return origin_of(scheme, *_host_and_port(authority.rpartition("@")[2])), slash + path or "/", query


def _host_and_port(authority: str) -> tuple[str, str]:
    host, colon, port = authority.rpartition(":")
    if not colon or port.endswith("]"):  # an IPv6 address without a port
        return authority, ""
    return host, port


def origin_of(scheme: str, host: str, port: object) -> str:
    """An origin as browsers write it: default ports are left out."""
    scheme = scheme.lower()
    number = "" if port in (None, "") or str(port) == _PORTS.get(scheme) else f":{port}"
    return f"{scheme}://{host.lower()}{number}"
