"""URLs as text -> origin, path and query, and whether a path may be a model's.

An origin is scheme, host and port; user names and passwords are dropped. Every request that sends something is asked
for its path, so that this loads nothing else: the rest of asynccost/probe/llm takes milliseconds to import, and most
programs, and most test suites, never need it.
"""

from __future__ import annotations

MOST_TEXTS = 4_096
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_known: dict[str, tuple[str, str, str]] = {}
# The last part of a model call's path -> the format of the answer, and what is asked for.
ENDS = {
    "completions": ("openai", "completion"),  # chat/completions is told apart later
    "embeddings": ("openai", "embedding"),
    "moderations": ("openai", "moderation"),
    "responses": ("responses", "chat"),
    "messages": ("anthropic", "chat"),
    "converse": ("converse", "chat"),
    "converse-stream": ("converse", "chat"),
    "invoke": ("invoke", "chat"),
    "invoke-with-response-stream": ("invoke", "chat"),
    "chat": ("cohere", "chat"),
    "embed": ("cohere", "embedding"),
    "generate": ("ollama", "completion"),
}
VERBS = {
    "generateContent": ("gemini", "chat"),
    "streamGenerateContent": ("gemini", "chat"),
    "embedContent": ("gemini", "embedding"),
    "batchEmbedContents": ("gemini", "embedding"),
    "rawPredict": ("anthropic", "chat"),
    "streamRawPredict": ("anthropic", "chat"),
}


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


def may_be(path: str) -> bool:
    """Whether a request for this path may be a model call; path: without its query."""
    end = path[path.rfind("/") + 1 :]
    return end in ENDS or (":" in end and end[end.rfind(":") + 1 :] in VERBS)
