"""Remembers prompts by keyed hashes alone: what prefix an earlier one shared, which came before, what is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b

CHUNK = 256  # bytes that are hashed together: about 64 tokens
MOST_CHUNKS = 8192  # of one prompt; what lies beyond is not compared
MOST = 50_000  # hashes that are kept, about 6 MiB
ENDS = 1 << 14  # bytes at either end in which numbers are left out of account; of a longer prompt these alone count
HOUR = 3600.0
_VARYING = re.compile(rb"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F-]{22}|[0-9a-fA-F]{16,}|\d[\d.,:/TZ+-]*")


@dataclass(frozen=True, slots=True)
class Seen:
    """common: the share of the prompt's bytes, 0 to 1, that an earlier one began with; same and near: see Usage."""

    common: float
    same: bool
    near: bool


class Prompts:
    """The memory of one process. Times come from the caller."""

    def __init__(self) -> None:
        self._prefixes: dict[int, float] = {}
        self._whole: dict[int, float] = {}

    def look(self, who: bytes, prompt: bytes, body: bytes, key: bytes, now: float, kept: float) -> Seen:
        """Compare a prompt with earlier ones of the same model (`who`), then remember it.

        kept: seconds for which the provider keeps a prefix that is not used.
        """
        chain = _chain(who, prompt, key)
        chunks = self._common(chain, now, kept)
        common = chunks * CHUNK + (CHUNK // 2 if 0 < chunks < len(chain) else 0)  # half of the chunk that parts them
        same = self._known(_hash(who + b"\0same" + body, key), now)
        ends = prompt if len(prompt) <= 2 * ENDS else prompt[:ENDS] + prompt[-ENDS:]
        near = self._known(_hash(who + b"\0near" + _VARYING.sub(b"0", ends), key), now)
        return Seen(min(common / len(prompt), 1.0) if prompt else 0.0, same, near and not same)

    def _common(self, chain: list[int], now: float, kept: float) -> int:
        """How many chunks are known; all of them are new or younger now."""
        common = 0
        for number, link in enumerate(chain, 1):
            if now - self._prefixes.pop(link, -HOUR * 1e6) <= kept and common == number - 1:
                common = number
            self._prefixes[link] = now
        _forget(self._prefixes)
        return common

    def _known(self, link: int, now: float) -> bool:
        known = now - self._whole.pop(link, -HOUR * 1e6) <= HOUR
        self._whole[link] = now
        _forget(self._whole)
        return known


def _chain(who: bytes, prompt: bytes, key: bytes) -> list[int]:
    """One hash for each chunk and all before it; a shorter last chunk counts as well."""
    running = blake2b(who, key=key[:64], digest_size=8)
    links = []
    for start in range(0, min(len(prompt), CHUNK * MOST_CHUNKS), CHUNK):
        running.update(prompt[start : start + CHUNK])
        links.append(int.from_bytes(running.copy().digest(), "big"))
    return links


def _hash(data: bytes, key: bytes) -> int:
    return int.from_bytes(blake2b(data, key=key[:64], digest_size=8).digest(), "big")


def _forget(memory: dict[int, float]) -> None:
    """Drop what was used longest ago. Another thread may be at it too: then the next call finishes the work."""
    for _ in range(len(memory) - MOST):
        try:
            memory.pop(next(iter(memory)), None)
        except (RuntimeError, StopIteration):
            return


@dataclass(frozen=True, slots=True)
class Terms:
    """How a provider keeps prefixes: minimum and step in tokens, seconds since one was last used."""

    minimum: int = 1024
    step: int = 1
    seconds: int = 300

    def whole(self, tokens: float) -> int:
        """How many of so many common tokens can come from the cache."""
        return int(tokens // self.step * self.step) if tokens >= self.minimum else 0


# OpenAI: 1,024 tokens, steps of 128, 5 to 10 minutes; from GPT-5.6 on exact, 30 minutes
# (developers.openai.com/api/docs/guides/prompt-caching). Anthropic: 5 minutes, the minimum by model
# (docs.anthropic.com/en/docs/build-with-claude/prompt-caching). The first pattern that fits counts.
_TERMS = (
    ("openai|azure", r"gpt-(5\.[6-9]|[6-9])", Terms(1024, 1, 1800)),
    ("openai|azure", r"", Terms(1024, 128, 300)),
    ("anthropic|aws|google|azure", r"claude.*(haiku-4|opus-4-[56]|opus-4\.[56])", Terms(4096)),
    ("anthropic|aws|google|azure", r"claude.*opus-5", Terms(512)),
    ("anthropic|aws|google|azure", r"claude.*haiku", Terms(2048)),
    ("google", r"gemini.*pro", Terms(4096)),
    ("deepseek", r"", Terms(64, 64, 3600)),
    ("", r"", Terms()),
)


def terms(provider: str, model: str) -> Terms:
    """The terms of a provider for a model; where nothing is known, 1,024 tokens for five minutes."""
    for names, pattern, found in _TERMS:
        if (provider in names.split("|") or not names) and re.search(pattern, model):
            return found
    return Terms()
