"""What model calls cost and which part of that is waste, one function a kind; tokens first, dollars from them."""

from asynccost.cost.models import ModelPrice
from asynccost.cost.receipt import price
from asynccost.cost.tokens import Tokens
from asynccost.model import Cost, Figure

_BILL = "(fresh * price_input + cached * price_read + {written} + output * price_output) / 1e6"
_WRITTEN = "written * price_write"
_WRITTEN_1H = "(written - written_1h) * price_write + written_1h * price_write_1h"


def bill(tokens: Tokens, prices: ModelPrice, source: str, *, per: str, scope: str = "") -> Cost:
    """What calls cost: all of them, or those alone that repeated another or were thrown away by a retry.

    tokens: their sum, of calls that paid one tier of prices; source: the trace that counted them.
    """
    counts = {"fresh": tokens.fresh, "cached": tokens.cached, "written": tokens.written, "output": tokens.output}
    kinds, written = ["input", "read", "write", "output"], _WRITTEN
    if tokens.written_1h:
        counts["written_1h"], written = tokens.written_1h, _WRITTEN_1H
        kinds.append("write_1h")
    figures = [Figure(name, count, "tokens", "measured", source) for name, count in counts.items()]
    figures += map(prices.figure, kinds)
    return price(_BILL.format(written=written), *figures, per=per, kind="llm", scope=scope)


def cache_misses(missed: Figure, prices: ModelPrice, *, per: str, scope: str = "") -> Cost:
    """Input that an earlier prompt's prefix made eligible and that was paid in full: an upper bound."""
    figures = missed, prices.figure("input"), prices.figure("read")
    return price("missed * (price_input - price_read) / 1e6", *figures, per=per, kind="llm", scope=scope)


def useless_writes(unread: Figure, prices: ModelPrice, *, per: str, scope: str = "") -> Cost:
    """Input written to the cache, dearer than plain input, and never read from it."""
    figures = unread, prices.figure("write"), prices.figure("input")
    return price("unread * (price_write - price_input) / 1e6", *figures, per=per, kind="llm", scope=scope)
