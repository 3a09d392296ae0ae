"""What model calls cost and which part of that is waste, one function a kind; tokens first, dollars from them."""

from asynccost.cost.models import ModelPrice, Tokens
from asynccost.cost.receipt import price
from asynccost.model import Cost, Figure

# What is counted -> the kind of price that it pays.
_PAYS = {"fresh": "input", "cached": "read", "written": "write", "written_1h": "write_1h", "output": "output"}


def bill(tokens: Tokens, prices: ModelPrice, source: str, *, per: str, scope: str = "") -> Cost:
    """What calls cost: all of them, or those alone that repeated another or were thrown away by a retry.

    tokens: their sum, of calls that paid one tier of prices; source: the trace that counted them. What was not used is
    no part of the formula.
    """
    used = {name: getattr(tokens, name) for name in _PAYS} | {"written": tokens.written - tokens.written_1h}
    counts = {name: n for name, n in used.items() if n} or {"fresh": 0}
    terms = [f"{name} * price_{_PAYS[name]}" for name in counts]
    figures = [Figure(name, n, "tokens", "measured", source) for name, n in counts.items()]
    figures += [prices.figure(_PAYS[name]) for name in counts]
    return price(f"({' + '.join(terms)}) / 1e6", *figures, per=per, kind="llm", scope=scope)


def cache_misses(missed: Figure, prices: ModelPrice, *, per: str, scope: str = "") -> Cost:
    """Input that an earlier prompt's prefix made eligible and that was paid in full: an upper bound."""
    figures = missed, prices.figure("input"), prices.figure("read")
    return price("missed * (price_input - price_read) / 1e6", *figures, per=per, kind="llm", scope=scope)


def useless_writes(
    unread: Figure, prices: ModelPrice, *, per: str, unread_1h: Figure | None = None, scope: str = ""
) -> Cost:
    """Input written to the cache, dearer than plain input, and never read from it. unread_1h: what is kept an hour."""
    figures = [unread, prices.figure("write"), prices.figure("input")]
    formula = "unread * (price_write - price_input) / 1e6"
    if unread_1h is not None:
        formula += " + unread_1h * (price_write_1h - price_input) / 1e6"
        figures += [unread_1h, prices.figure("write_1h")]
    return price(formula, *figures, per=per, kind="llm", scope=scope)
