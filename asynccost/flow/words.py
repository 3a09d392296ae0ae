"""Reads names as people do: the identifiers of an expression, their words, and what a verb promises."""

import re
from functools import lru_cache

from asynccost.flow.tree import Argument, Await, Call, Choice, Expr, Member, Name, Node, Other, Subscript
from asynccost.knowledge import Knowledge

# Hooks that hand back the function which they are given: of React, and of the libraries that most projects take.
HANDS_BACK = frozenset({"useCallback", "useEffectEvent", "useEventCallback", "useMemoizedFn", "useEvent"})
_SEARCHES = ("search", "lookup", "query")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|\$")


@lru_cache(maxsize=8192)
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case: "getUserByID", "get_user_by_id" -> get user by id."""
    return tuple(w.lower() for w in _WORD.findall(name))


def handed_back(closure: Node) -> Call | None:
    """The call of a hook that hands back a closure which it is given first: `useCallback(async () => ..., [])`."""
    call = closure.parent.parent if isinstance(closure.parent, Argument) else None
    if not isinstance(call, Call) or call.arguments[0].value is not closure:
        return None
    return call if chain(call.callee)[-1] in HANDS_BACK else None


def chain(expr: Node | None) -> list[str]:
    """The identifiers that an expression is spelled with, root first: `(await a.b(x)).c[0].d` -> a b c d."""
    names: list[str] = []
    while expr is not None:
        if isinstance(expr, Name):
            names.append(expr.id)
            break
        if isinstance(expr, Member):
            names.append(expr.attr)
            expr = expr.value
        elif isinstance(expr, (Await, Subscript)):
            expr = expr.value
        elif isinstance(expr, Call):
            expr = expr.callee
        elif isinstance(expr, Choice) and expr.options:
            expr = expr.options[0]
        elif isinstance(expr, Other) and len(expr.parts) == 1:
            expr = expr.parts[0]
        else:
            names.append("")
            break
    return names[::-1]


def last_word(expr: Node | None) -> str:
    """The `b` of `a.b`, the `a` of `a`; "" where there is no name."""
    return expr.id if isinstance(expr, Name) else expr.attr if isinstance(expr, Member) else ""


def word_of(call: Call) -> str:
    """The last word of what a call calls."""
    return last_word(call.callee)


def root(expr: Node | None) -> Expr | None:
    """The outermost value that an expression starts from: the `a` of `a.b(x).c`; None where there is no name."""
    while expr is not None:
        if isinstance(expr, Name):
            return expr
        if isinstance(expr, (Member, Await, Subscript)):
            expr = expr.value
        elif isinstance(expr, Call):
            expr = expr.callee
        elif isinstance(expr, Other) and len(expr.parts) == 1:
            expr = expr.parts[0]
        else:
            return None
    return None


def verb(name: str, knowledge: Knowledge) -> str:
    """What a function's name promises: "read", "add", "write", "guard" or "" where it promises nothing."""
    said = words(name.lstrip("_#"))
    if not said:
        return ""
    table = knowledge.table("verbs")
    first = said[0]
    if "or" in said[1:-1] and said[said.index("or", 1) + 1] in table["add"]:
        return "add"  # `get_or_create`
    if "and" in said[1:-1] and said[said.index("and", 1) + 1] in table["write"]:
        return "write"  # `findOneAndUpdate`
    for kind in ("guard", "read", "add", "write"):
        if first in table[kind]:
            return kind
    return "read" if said[-1] in _SEARCHES else ""  # `similarity_search`


def is_gate(name: str, knowledge: Knowledge) -> bool:
    """Whether a name says that what follows depends on the answer: `verifyToken`, `get_current_user`."""
    table = knowledge.table("verbs")
    return verb(name, knowledge) == "guard" or any(w in table["gate_words"] for w in words(name))
