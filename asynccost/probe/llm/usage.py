"""What one model call used, as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, fields

from asynccost.cost.models import Tokens


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

    def counts(self) -> dict[str, int]:
        """What may be added up over calls of one provider and model; fields that are nought are left out.

        Tokens by their names in `Tokens`, those of a dearer tier as `input@200000`. missed: eligible, but not read
        from the cache. same, near, failed, uncapped, capped, embeddings, single (embeddings sent one by one), local:
        calls. same_input and the like: tokens of calls that repeat another; chosen: of those, calls that asked for no
        chance, so that the same answer was due. items: texts of embedding calls.
        """
        at = f"@{self.tier}" if self.tier else ""
        told: dict[str, int] = {f"{f.name}{at}": getattr(self.tokens, f.name) for f in fields(Tokens)}
        if self.same:
            told |= {f"same_{name}": count for name, count in told.items()}
        embedding = self.operation == "embedding"
        told |= {
            f"missed{at}": max(self.eligible - self.tokens.cached - self.tokens.written, 0),
            "eligible": self.eligible,
            "same": self.same,
            "chosen": self.same and not self.sampled,
            "near": self.near,
            "failed": not 0 < self.status < 400,
            "uncapped": self.cap == 0 and not embedding,
            "capped": self.capped,
            "embeddings": embedding,
            "single": embedding and self.items == 1,
            "items": self.items if embedding else 0,
            "local": self.local,
        }
        return {name: int(count) for name, count in told.items() if count}

    @property
    def local(self) -> bool:
        """Whether no provider charges for it."""
        return self.provider == "local"
