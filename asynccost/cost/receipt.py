"""The only maker of costs: a formula and its figures become one, so that no dollar exists without its receipt."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import count, product
from types import CodeType

from asynccost.model import Cost, Figure

_FUNCTIONS = {"min": min, "max": max}
_NAME = re.compile(r"\b[A-Za-z_]\w*")


def price(
    formula: str,
    *figures: Figure,
    per: str,
    kind: str = "infrastructure",
    scope: str = "",
) -> Cost:
    """What a formula over figures comes to, in US dollars per `per`; see `model.Cost`.

    formula: + - * / and min and max over the figures' names, monotone in each of them, so that the extremes lie
    where every figure is at an end of its range. Raises ValueError where names and figures are not the same.
    """
    values = {f.name: f.value for f in figures}
    if (used := names(formula)) != values.keys() or len(values) != len(figures):
        raise ValueError(f"formula {formula!r} uses {sorted(used)}, its figures are {[f.name for f in figures]}")
    likely = evaluate(formula, values)
    reached = [likely, *(evaluate(formula, corner) for corner in _corners(figures))]
    return Cost(min(reached), likely, max(reached), per, formula, figures, kind, scope)


def added(costs: Sequence[Cost]) -> Cost:
    """Several costs of one kind and one unit as one; figures that share a name but not a value are told by numbers.

    Raises ValueError for none.
    """
    if len(costs) == 1:
        return costs[0]
    known: dict[str, Figure] = {}
    parts = []
    for cost in costs:
        new = {f.name: _free(f, known) for f in cost.basis}
        known |= {new[f.name]: replace(f, name=new[f.name]) for f in cost.basis}
        parts.append(_renamed(cost.formula, new))
    formula = " + ".join(f"({part})" for part in parts)
    first = costs[0]
    return price(formula, *known.values(), per=first.per, kind=first.kind, scope=first.scope)


def _renamed(formula: str, names_: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: names_.get(found[0], found[0]), formula)


def _free(figure: Figure, known: Mapping[str, Figure]) -> str:
    """The figure's name, or with a number the first that is free or its own."""
    names_ = (figure.name if n == 1 else f"{figure.name}_{n}" for n in count(1))
    return next(name for name in names_ if name not in known or known[name] == replace(figure, name=name))


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """A formula's value."""
    return float(eval(_compiled(formula), {"__builtins__": {}, **_FUNCTIONS}, values))


def names(formula: str) -> set[str]:
    """The figures that a formula needs."""
    return set(_compiled(formula).co_names) - _FUNCTIONS.keys()


def _corners(figures: tuple[Figure, ...]) -> list[dict[str, float]]:
    """Every choice of an end of the range for each figure that has one."""
    fixed = {f.name: f.value for f in figures}
    ranged = [(f.name, {f.value if f.low is None else f.low, f.value if f.high is None else f.high}) for f in figures]
    open_ = [(name, ends) for name, ends in ranged if len(ends) > 1]
    return [
        fixed | dict(zip((name for name, _ in open_), ends, strict=True))
        for ends in product(*(sorted(ends) for _, ends in open_))
    ]


@cache
def _compiled(formula: str) -> CodeType:
    return compile(formula, "<formula>", "eval")
