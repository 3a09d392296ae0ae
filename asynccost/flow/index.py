"""What a function's own body holds, by kind: what rules ask for is found without another walk."""

from dataclasses import dataclass, field

from asynccost.flow.tree import (
    Assign,
    Await,
    Bind,
    Call,
    Closure,
    Comprehension,
    Define,
    Expr,
    Loop,
    Name,
    Return,
    Try,
    With,
    Yield,
)


@dataclass(slots=True)
class Index:
    """The parts of one function's own body (nested functions have an index of their own), in source order.

    bound: local name -> the expressions bound to it; None where the value is not one expression
    (loop variable, parameter, augmented assignment, a place in an unpacked tuple).
    """

    calls: list[Call] = field(default_factory=list)
    awaits: list[Await] = field(default_factory=list)
    loops: list[Loop | Comprehension] = field(default_factory=list)
    withs: list[With] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    defines: list[Define] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    yields: list[Yield] = field(default_factory=list)
    assigns: list[Assign | Bind] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    bound: dict[str, list[Expr | None]] = field(default_factory=dict)
