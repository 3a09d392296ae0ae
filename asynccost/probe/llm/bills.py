"""What the model calls of a trace cost, row by row, and which part of it was waste; each with its receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asynccost.cost import models
from asynccost.cost.llm import bill, cache_misses, useless_writes
from asynccost.cost.models import ModelPrice
from asynccost.cost.models import Tokens as Counted
from asynccost.cost.receipt import added
from asynccost.model import Cost, Figure
from asynccost.probe.rows import Tokens

_NAMES = ("input", "cached", "written", "written_1h", "output", "reasoning")


@dataclass(frozen=True, slots=True)
class Bill:
    """The cost of one row at one tier of prices; cost is None where nobody knows the model's prices."""

    row: Tokens
    tokens: Counted
    cost: Cost | None


def bills(rows: Iterable[Tokens], own: Mapping[str, ModelPrice], source: str, *, repeats: bool = False) -> list[Bill]:
    """What was paid, or with `repeats` what was paid for calls that had been made before. Local models cost nothing."""
    found = []
    for row in rows:
        if row.provider == "local":
            continue
        for tier in tiers(row):
            used = counted(row, tier, "same_" if repeats else "")
            if used != Counted():
                prices = priced(row, tier, own)
                found.append(Bill(row, used, bill(used, prices, source, per="run") if prices else None))
    return found


def misses(row: Tokens, own: Mapping[str, ModelPrice], source: str, *, scope: str = "") -> Cost | None:
    """Input that an earlier prompt's beginning could have had from the cache, at the prices that its calls paid."""
    found = []
    for tier in tiers(row):
        prices, missed = priced(row, tier, own), row.counts.get(f"missed@{tier}" if tier else "missed", 0)
        if prices is not None and missed and prices.read is not None:
            figure = Figure("missed", missed, "tokens, about", "measured", source)
            found.append(cache_misses(figure, prices, per="run", scope=scope))
    return added(found) if found else None


def unread_writes(row: Tokens, own: Mapping[str, ModelPrice], source: str, *, scope: str = "") -> Cost | None:
    """Input that was written to the cache at a surcharge although nothing was ever read from it."""
    prices, used = priced(row, 0, own), counted(row)
    if prices is None or prices.write is None or used.cached or not used.written:
        return None
    figure = Figure("unread", used.written - used.written_1h, "tokens", "measured", source)
    hour = Figure("unread_1h", used.written_1h, "tokens", "measured", source) if used.written_1h else None
    return useless_writes(figure, prices, per="run", unread_1h=hour, scope=scope)


def by_model(rows: Iterable[Tokens]) -> list[Tokens]:
    """One row for each provider and model, since its calls from one place may stand in several, by step or endpoint."""
    found: dict[tuple[str, str], Tokens] = {}
    for row in rows:
        key = row.provider, row.model
        if key in found:
            found[key].add(row)
        else:
            found[key] = row.copy()
    return list(found.values())


def tiers(row: Tokens) -> list[int]:
    """The tiers of prices that calls of a row paid; 0 is the usual one."""
    return sorted({int(at) for _, sep, at in (name.partition("@") for name in row.counts) if sep} | {0})


def counted(row: Tokens, tier: int = 0, prefix: str = "") -> Counted:
    """The tokens of a row at one tier; prefix "same_" for those of repeated calls alone."""
    at = f"@{tier}" if tier else ""
    return Counted(*(row.counts.get(f"{prefix}{name}{at}", 0) for name in _NAMES))


def total(row: Tokens) -> Counted:
    """The tokens of a row at all tiers."""
    return sum((counted(row, tier) for tier in tiers(row)), Counted())


def priced(row: Tokens, tier: int, own: Mapping[str, ModelPrice]) -> ModelPrice | None:
    """The prices of a row's model at a tier."""
    found = models.find(row.provider, row.model, own)
    return found and next((t for t in found.tiers if t.above == tier), found)
