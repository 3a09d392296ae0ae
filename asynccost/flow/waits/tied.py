"""Whether a call goes over one connection, which takes one statement at a time: by what its receiver was made of."""

import re

from asynccost.flow.around import callback_call
from asynccost.flow.file import File
from asynccost.flow.reach import binder
from asynccost.flow.tree import Call, Expr, Function, Member, Name, Node
from asynccost.flow.words import chain, root, words

_TRANSACTIONS = frozenset({
    "tx", "trx", "transaction", "entitymanager", "transactionalentitymanager", "transactionmanager", "queryrunner",
})
_MAKERS = frozenset({
    "pipeline", "multi", "createQueryRunner", "create_query_runner", "startSession", "start_session", "begin",
    "begin_nested", "cursor", "transaction",
})
_LENDERS = frozenset({
    "transaction", "$transaction", "withTransaction", "with_transaction", "runTransaction", "run_transaction",
    "runInTransaction", "run_in_transaction", "transactional",
})
_OF_ONE = frozenset({
    "EntityManager", "QueryRunner", "AsyncSession", "AsyncConnection", "AsyncCursor", "PoolClient", "PoolConnection",
    "Transaction", "TransactionClient", "ClientSession", "Pipeline", "ChainableCommander",
})
_HTTP = re.compile(r"^(aiohttp|httpx|aioresponses)\b")
_DEPTH = 3


def in_transaction(names: list[str]) -> bool:
    """Whether a call is one of a transaction by its words: `tx.user.findFirst()`, `this.queryRunner.manager.save()`."""
    return (any(n.lower() in _TRANSACTIONS for n in names[:1]) and len(names) > 1) or "queryRunner" in names[1:-1]


def is_tied(callee: Node | None, function: Function, file: File, depth: int = 0) -> bool:
    """Whether what is called, or what it was made of, is one transaction, cursor or pipeline."""
    base = root(callee)
    if _takes_part(callee):
        return True
    if not isinstance(callee, Member) or not isinstance(base, Name) or depth > _DEPTH:
        return False
    if in_transaction(chain(callee)):
        return True
    scope = binder(base.id, function)
    if scope is None or scope.kind == "module":
        return False
    if any(p.name == base.id for p in scope.params):
        return _is_lent(base, scope) or _is_typed(base, function, file)
    values = [v for v in (scope.index.bound.get(base.id, []) if scope.index else []) if v is not None]
    return any(_makes_one(v, scope, file, depth) for v in values) or any(_lends_one(v, callee, file) for v in values)


_LENT_BY = frozenset({"session", "connection", "acquire"})
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "ws_connect", "send"})


def _lends_one(value: Expr, callee: Member, file: File) -> bool:
    """`async with profile.session() as session: await session.handle.fetch(name)`: of a store, no HTTP client."""
    names = chain(value.callee) if isinstance(value, Call) else []
    lent = file.language == "python" and len(names) > 1 and names[-1] in _LENT_BY
    return lent and callee.attr not in _VERBS


def _takes_part(callee: Node | None) -> bool:
    """`this.accounts().query(trx).findOne(...)`, `knex("users").transacting(trx).first()`."""
    while isinstance(callee, (Member, Call)):
        if isinstance(callee, Call):
            given = (a.value for a in callee.arguments)
            if any(isinstance(v, (Name, Member)) and chain(v)[-1].lower() in _TRANSACTIONS for v in given):
                return True
            callee = callee.callee
        else:
            callee = callee.value
    return False


def _is_lent(base: Name, scope: Function) -> bool:
    """`dataSource.transaction(async (manager) => ...)`"""
    handed = callback_call(scope)
    first = scope.params[0].name if scope.params else ""
    return handed is not None and first == base.id and chain(handed[0].callee)[-1] in _LENDERS


def _is_typed(base: Name, function: Function, file: File) -> bool:
    name = file.resolve(base, function) or ""
    last = re.split(r"[.:]", name.removesuffix("()"))[-1]
    return name.endswith("()") and last in _OF_ONE and not _HTTP.match(name)


def _makes_one(value: Expr, scope: Function, file: File, depth: int) -> bool:
    """`redis.pipeline()`, `Users.from_session(session)`, `manager.getRepository(User)`."""
    if isinstance(value, Member):
        return is_tied(value, scope, file, depth + 1)
    if not isinstance(value, Call):
        return False
    names = chain(value.callee)
    if len(names) > 1 and names[-1] in _MAKERS:
        return True
    if value.arguments and ("session" in words(names[-1])[-1:] or names[0] in ("em", "manager")):
        return True
    return is_tied(value.callee, scope, file, depth + 1)
