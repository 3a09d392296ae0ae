"""Statements with blocks: if, loops, try, with, match."""

from asynccost.flow.tree import (
    Case,
    Choice,
    Collection,
    Expr,
    Handler,
    If,
    Loop,
    Stmt,
    Switch,
    Try,
    With,
    WithItem,
)
from asynccost.python import grammar
from asynccost.python.comprehensions import ASYNC
from asynccost.python.expressions import last_named, sole
from asynccost.python.grammar import Cst, kind, solid, token
from asynccost.python.patterns import is_wildcard
from asynccost.python.scopes import DEEPEST, Lowering
from asynccost.python.tables import EXPRESSIONS, block, lower_all, statement

COLON = token(":")
BLOCK = kind("block")
ELIF = kind("elif_clause")
ELSE = kind("else_clause")
EXCEPT = kind("except_clause")
FINALLY = kind("finally_clause")
AS_PATTERN = kind("as_pattern")
CASE = kind("case_clause")
WITH_CLAUSE = kind("with_clause")
WITH_ITEM = kind("with_item")
TUPLE = kind("tuple")
PARENTHESIZED = kind("parenthesized_expression")


def _one(low: Lowering, node: Cst, depth: int) -> Expr:
    return EXPRESSIONS[depth][node.kind_id](low, node, depth + 1)


def _body(low: Lowering, node: Cst, depth: int) -> list[Stmt]:
    """Lower the block of a clause; clauses do not all name it alike."""
    for child in reversed(node.named_children):
        if child.kind_id == BLOCK:
            return block(low, child, depth)
    return []


@statement("if_statement")
def if_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `if`; each `elif` is an If in the `orelse` of the one before, and as deep."""
    branches = node.children_by_field_id(grammar.ALTERNATIVE)
    room = max(DEEPEST - depth, 0)
    if len(branches) > room:
        low.give_up(branches[room].start_byte, node.end_byte)
    made = _branch(low, node, depth)
    out.append(made)
    for branch in branches[:room]:
        depth += 1
        if branch.kind_id == ELSE:
            made.orelse = _body(low, branch, depth)
            break
        following = _branch(low, branch, depth)
        following.end = node.end_byte
        made.orelse = [following]
        made = following


def _branch(low: Lowering, node: Cst, depth: int) -> If:
    test = _one(low, node.child_by_field_id(grammar.CONDITION), depth)
    body = block(low, node.child_by_field_id(grammar.CONSEQUENCE), depth)
    return If(node.start_byte, node.end_byte, test, body, [])


def _orelse(low: Lowering, node: Cst, depth: int) -> list[Stmt]:
    clause: Cst | None = node.child_by_field_id(grammar.ALTERNATIVE)
    return [] if clause is None else _body(low, clause, depth)


def _header_end(node: Cst) -> int:
    return next((child.end_byte for child in node.children if child.kind_id == COLON), node.end_byte)


@statement("for_statement")
def for_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `for` and `async for`."""
    start = node.start_byte
    iterated = _one(low, node.child_by_field_id(grammar.RIGHT), depth)
    target = _one(low, node.child_by_field_id(grammar.LEFT), depth)
    low.bind(target)
    body = block(low, node.child_by_field_id(grammar.BODY), depth)
    orelse = _orelse(low, node, depth)
    made = Loop(start, node.end_byte, "for", target, iterated, None, body, orelse, _header_end(node))
    made.is_async = low.source[start] == ASYNC
    out.append(made)


@statement("while_statement")
def while_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `while`."""
    test = _one(low, node.child_by_field_id(grammar.CONDITION), depth)
    body = block(low, node.child_by_field_id(grammar.BODY), depth)
    orelse = _orelse(low, node, depth)
    start, end = node.start_byte, node.end_byte
    out.append(Loop(start, end, "while", None, None, test, body, orelse, _header_end(node)))


@statement("try_statement")
def try_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `try`; `except*` is as `except`."""
    made = Try(node.start_byte, node.end_byte, [], [], [], [])
    for child in node.named_children:
        number = child.kind_id
        if number == BLOCK:
            made.body = block(low, child, depth)
        elif number == EXCEPT:
            made.handlers.append(_handler(low, child, depth))
        elif number == ELSE:
            made.orelse = _body(low, child, depth)
        elif number == FINALLY:
            made.final = _body(low, child, depth)
    out.append(made)


def _handler(low: Lowering, node: Cst, depth: int) -> Handler:
    types = [child for child in solid(node) if child.kind_id != BLOCK]
    name = None
    caught: Expr | None = None
    if types:
        if types[0].kind_id == AS_PATTERN:
            value, target = solid(types[0])[:2]
            name = low.text(target.start_byte, target.end_byte)
            low.bindings.add(name)
            types[0] = value
        values = lower_all(low, types, depth)
        caught = values[0]
        if len(values) > 1:
            caught = Collection(caught.start, values[-1].end, "tuple", values)
    return Handler(node.start_byte, node.end_byte, caught, name, _body(low, node, depth))


@statement("with_statement")
def with_(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `with` and `async with`."""
    start = node.start_byte
    items = []
    for clause in node.named_children:
        if clause.kind_id == WITH_CLAUSE:
            items = [_with_item(low, value, depth) for item in solid(clause) for value in _managers(item)]
    body = block(low, node.child_by_field_id(grammar.BODY), depth)
    out.append(With(start, node.end_byte, items, body, low.source[start] == ASYNC))


def _managers(item: Cst) -> list[Cst]:
    """Take `(a as b, c as d)` apart where the parser saw a tuple."""
    value = sole(item) or item
    if value.kind_id in (TUPLE, PARENTHESIZED):
        inner = solid(value)
        if any(child.kind_id == AS_PATTERN for child in inner):
            return inner
    return [value]


def _with_item(low: Lowering, value: Cst, depth: int) -> WithItem:
    start, end = value.start_byte, value.end_byte
    if value.kind_id != AS_PATTERN:
        return WithItem(start, end, _one(low, value, depth), None)
    manager, target = lower_all(low, solid(value)[:2], depth)
    low.bind(target)
    return WithItem(start, end, manager, target)


@statement("match_statement")
def match(low: Lowering, node: Cst, depth: int, out: list[Stmt]) -> None:
    """Lower `match`."""
    subjects = lower_all(low, node.children_by_field_id(grammar.SUBJECT), depth)
    subject = subjects[0]
    if len(subjects) > 1:
        subject = Collection(subject.start, subjects[-1].end, "tuple", subjects)
    body = node.child_by_field_id(grammar.BODY)
    cases = [_case(low, child, depth) for child in body.named_children if child.kind_id == CASE]
    out.append(Switch(node.start_byte, node.end_byte, subject, cases))


def _case(low: Lowering, node: Cst, depth: int) -> Case:
    guard: Cst | None = node.child_by_field_id(grammar.GUARD)
    listed = [child for child in solid(node) if child.kind_id not in (BLOCK, guard and guard.kind_id)]
    test: Expr | None = None
    if len(listed) > 1:
        test = Collection(listed[0].start_byte, listed[-1].end_byte, "tuple", lower_all(low, listed, depth))
    elif listed and not is_wildcard(listed[0]):
        test = _one(low, listed[0], depth)
    if guard is not None:
        condition = _one(low, last_named(guard), depth)
        both = [condition] if test is None else [test, condition]
        test = Choice(both[0].start, condition.end, None, both, "and") if len(both) > 1 else condition
    return Case(node.start_byte, node.end_byte, test, _body(low, node, depth))
