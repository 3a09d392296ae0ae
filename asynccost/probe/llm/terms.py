"""From how many tokens, in which steps and for how long a provider keeps a prompt's prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """minimum and step in tokens; seconds since the prefix was last used."""

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
