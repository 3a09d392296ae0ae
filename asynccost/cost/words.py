"""Costs as people read them: two significant digits, small sums as small sums, and where the figures come from."""

from asynccost.model import Cost, Figure

KINDS = {"infrastructure": "machine time", "llm": "model calls"}  # of cost; never added
LEAST = 0.01  # dollars a month or a run; below that a place gets no dollar figure
_ORIGINS = {"measured": "measured", "usage": "usage file", "price": "prices", "default": "defaults"}


def dollars(amount: float) -> str:
    """`$640`, `$1.2k`, `$0.42`, `$0.000023`; two significant digits, never an exponent."""
    if amount == 0:
        return "$0"
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    rounded = float(f"{amount:.1e}")
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if rounded >= size:
            return f"{sign}${_two(rounded / size)}{letter}"
    return f"{sign}${_two(rounded)}"


def exact(amount: float) -> str:
    """`$0.0105`, `$12.40`: to the cent, and where that says little to the third digit; for what was measured."""
    digits = 2 if amount == 0 or amount >= 1 else min(max(2, 2 - int(f"{amount:.2e}".partition("e")[2])), 9)
    whole, _, parts = f"{amount:,.{digits}f}".partition(".")
    return f"${whole}.{parts[:2]}{parts[2:].rstrip('0')}"


def _two(value: float) -> str:
    digits = max(1 - int(f"{value:.1e}".partition("e")[2]), 0)
    text = f"{value:.{digits}f}"
    return text if (digits <= 2 and value < 10) or "." not in text else text.rstrip("0").rstrip(".")


def worth_saying(cost: Cost) -> bool:
    """Whether the most that it may cost reaches a cent; a unit price says something if it is not nought."""
    return cost.high > 0 if cost.per not in ("month", "run") else cost.high >= LEAST


def sentence(cost: Cost) -> str:
    """One line: `about $640 a month ($210 to $1.3k; ...)`, or why there is no figure."""
    if not worth_saying(cost):
        return f"less than a cent a {cost.per}" if cost.per in ("month", "run") else "nothing that can be priced"
    unit = f"per {cost.per}" if cost.per not in ("month", "run") else f"a {cost.per}"
    if cost.likely == 0:
        return f"nothing, or up to {dollars(cost.high)} {unit}; estimated from {basis(cost)}"
    span = "" if cost.low == cost.high else f" ({dollars(cost.low)} to {dollars(cost.high)})"
    return f"about {dollars(cost.likely)} {unit}{span}; estimated from {basis(cost)}"


def basis(cost: Cost) -> str:
    """Where the figures come from, surest first, with the date of the prices."""
    origins = {f.origin for f in cost.basis}
    dates = sorted({f.date for f in cost.basis if f.origin == "price" and f.date})
    said = [word for origin, word in _ORIGINS.items() if origin in origins]
    return ", ".join(f"{word} of {dates[0]}" if word == "prices" and dates else word for word in said)


def receipt(cost: Cost) -> list[str]:
    """The whole receipt: the formula, then each figure with its unit, origin, source and date."""
    return [f"= {cost.formula}", *(f"  {figure_line(f)}" for f in cost.basis)]


def figure_line(f: Figure) -> str:
    """A figure as a receipt has it."""
    span = "" if f.low is None and f.high is None else f" ({f.low:g} to {f.high:g})"
    source = f"{f.origin}: {f.source}" + (f", {f.date}" if f.date else "")
    return f"{f.name} = {f.value:g}{span} {f.unit} [{source}]"
