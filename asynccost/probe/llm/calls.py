"""Which requests are model calls, by where they go; asked for every request, so that a no is quick."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from asynccost.probe.urls import ENDS, VERBS

# The end of a host name -> the table of prices.
_HOSTS = {
    "api.openai.com": "openai",
    "openai.azure.com": "azure",
    "services.ai.azure.com": "azure",
    "cognitiveservices.azure.com": "azure",
    "azure-api.net": "azure",
    "api.anthropic.com": "anthropic",
    "googleapis.com": "google",
    "amazonaws.com": "aws",
    "api.mistral.ai": "mistral",
    "codestral.mistral.ai": "mistral",
    "api.cohere.com": "cohere",
    "api.cohere.ai": "cohere",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "x-ai",
    "api.together.xyz": "together",
    "api.together.ai": "together",
    "api.fireworks.ai": "fireworks",
    "api.cerebras.ai": "cerebras",
    "api.perplexity.ai": "perplexity",
    "api.moonshot.ai": "moonshotai",
    "api.moonshot.cn": "moonshotai",
    "api.voyageai.com": "voyageai",
    "api.z.ai": "zai",
}
# Models that only their makers serve.
_PAID = {
    "openai": re.compile(r"gpt-(?!oss)|o[134](-|$)|text-embedding-(3|ada)"),
    "anthropic": re.compile(r"claude-"),
    "google": re.compile(r"gemini-"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """A model call: wire names the format of request and answer; model is "" where only the body names it."""

    wire: str
    provider: str
    operation: str
    model: str = ""


def recognise(origin: str, path: str) -> Call | None:
    """The call that a request makes, or None. origin: `https://host:port`; path: without its query."""
    end = path[path.rfind("/") + 1 :]
    if end in ENDS:
        wire, operation = ENDS[end]
    elif ":" in end and (verb := end[end.rfind(":") + 1 :]) in VERBS:
        wire, operation = VERBS[verb]
    else:
        return None
    host = urlsplit(origin).hostname or ""
    parts = path.split("/")
    before = parts[-2] if len(parts) > 1 else ""
    model = ""
    if wire == "openai" and end == "completions":
        operation = "chat" if before == "chat" else "completion"
    if end in ("chat", "embed", "generate", "embeddings") and before == "api":
        wire = "ollama"
    elif end in ("chat", "embed") and before not in ("v1", "v2"):
        return None  # an application's own route
    elif end == "generate":
        return None
    if wire in ("converse", "invoke") and "model" in parts[:-2]:
        model = unquote(before)
    elif wire == "gemini" or ":" in end:
        model = end[: end.rfind(":")]
    elif "deployments" in parts[:-2]:
        model = parts[parts.index("deployments") + 1]
    return Call(wire, provider(host), operation, model)


def served_by(provider: str, model: str) -> tuple[str, str]:
    """Who is paid for a model: behind a gateway of one's own (LiteLLM and the like) its name tells."""
    before, _, name = model.rpartition("/")
    if provider not in ("", "local"):
        return provider, model
    for known, pattern in _PAID.items():
        if before in ("", known) and pattern.match(name):
            return known, name
    return provider, model


def provider(host: str) -> str:
    """The price table of a host, "local" for this machine and private networks, "" for a stranger."""
    for known, name in _HOSTS.items():
        if host == known or host.endswith("." + known):
            return name
    return "local" if is_local(host) else ""


def is_local(host: str) -> bool:
    """Whether a host is this machine, a container beside it, or in a private network."""
    if "." not in host and ":" not in host:
        return True  # localhost, ollama, vllm: a name without a domain
    if host.endswith((".local", ".localhost", ".internal", ".lan")):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local
