"""Counts of tokens, as bills count them."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one answer, or of many added up.

    input: every token of the prompt, cached and written ones too (OpenAI's way of counting; Anthropic's
    `input_tokens` leaves both out). cached: read from the provider's prompt cache; written: put into it, of which
    written_1h for an hour. output: all that was made, the hidden reasoning too.
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    written_1h: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tokens)))

    @property
    def fresh(self) -> int:
        """Input at the full price: neither read from the cache nor written to it."""
        return max(self.input - self.cached - self.written, 0)

    @property
    def hit_rate(self) -> float:
        """The share of the input that came from the cache, 0 to 1."""
        return self.cached / self.input if self.input else 0.0
