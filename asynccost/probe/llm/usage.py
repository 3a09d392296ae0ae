"""What one model call used, as plain numbers."""

from dataclasses import dataclass

from asynccost.cost.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """One answered model call; holds no text.

    provider: the name of a price table ("openai", "azure", "anthropic", "aws" ...), "local" for a server on this
    machine or network, "" where the service is not known. operation: "chat", "completion", "embedding" or
    "moderation". tier: the prices of larger requests begin above so many input tokens (0: the usual prices), so that
    tokens of one provider, model and tier can be added up and priced.

    estimated: why tokens are guessed from bytes, else "". cap: output tokens asked for at the most, 0 for none;
    capped: whether the answer ended there. items: how many texts an embedding or moderation call sent.
    eligible: input tokens that an earlier prompt, still within the cache's time to live, had in common with this one;
    near: whether an earlier prompt differed in numbers, dates and identifiers only; same: whether the whole request
    had been sent before. sampled: whether the request asked for chance (temperature or top_p above 0, or unsaid).
    """

    provider: str
    model: str
    operation: str
    tokens: Tokens
    tier: int = 0
    estimated: str = ""
    status: int = 200
    cap: int = 0
    capped: bool = False
    items: int = 1
    eligible: int = 0
    near: bool = False
    same: bool = False
    sampled: bool = True

    @property
    def local(self) -> bool:
        """Whether no provider charges for it."""
        return self.provider == "local"
