"""Whether a call is given a timeout, or may be."""

import re
from collections.abc import Mapping
from typing import Any

from asynccost.flow.file import File, Site
from asynccost.flow.reach import binder
from asynccost.flow.tree import Argument, Call, Collection, Constant, Expr, Function, Name

_SERVER = re.compile(
    r"^(?:express|koa|fastify|@nestjs/|hono|next/server|fs|fs/promises|path|http|https|net|os|child_process|crypto|@hapi/|bullmq|bull|ioredis|pg|mongodb|"
    r"mongoose|@prisma/client|dotenv|winston|pino|discord\.js|telegraf|@slack/bolt|aws-lambda|typeorm|sequelize|knex|stream|util|worker_threads|node-cron|process)"
)


def bounded_by(file: File, site: Site, row: Mapping[str, Any]) -> str | None:
    """Why a call is bounded, or may be for all that one sees; None where nothing bounds it."""
    call = site.call
    if "keyword" in row:
        return _by_keyword(call, row)
    return _by_options(file, call, site.function, row)


def _by_keyword(call: Call, row: Mapping[str, Any]) -> str | None:
    given = next((a for a in call.arguments if a.keyword == row["keyword"]), None)
    if given is not None:
        none = isinstance(given.value, Constant) and given.value.value is None
        return None if none else "it is given a timeout"
    if any(a.star for a in call.arguments):
        return "a timeout may be among the arguments that it passes on"
    place = row.get("place")
    positional = [a for a in call.arguments if a.keyword is None]
    if place is not None and len(positional) > place:
        return "it is given a timeout"
    return None


def _by_options(file: File, call: Call, function: Function, row: Mapping[str, Any]) -> str | None:
    """JavaScript: a `timeout` or `signal` among the options."""
    if any(a.star for a in call.arguments):
        return "a timeout may be among the arguments that it passes on"
    names = file.knowledge.table("requests")["bounds"]["options"]
    at = row["options"]
    given = call.arguments[at:] if at >= 0 else call.arguments[-1:]
    if at >= 0 and len(call.arguments) <= at:
        given = []
    for argument in given:
        if (reason := _bounds(argument, function, names)) is not None:
            return reason
    return None


def _bounds(argument: Argument, function: Function, names: list[str]) -> str | None:
    options = _literal(argument.value, function)
    if isinstance(options, Constant) or (
        options is not None and not isinstance(options, (Collection, Name)) and not _opaque(options)
    ):
        return None
    if not isinstance(options, Collection):
        return "a timeout may be among the options that it is given"
    for key in options.keys:
        if key is None:
            return "a timeout may be among the options that are spread into it"
        if isinstance(key, Constant) and key.value in names:
            return f"its options set {key.value}"
    return None


def _opaque(expr: Expr) -> bool:
    """Whether an expression may stand for an object of options; a template or a string cannot."""
    op = getattr(expr, "op", "")
    return op not in ("template", "+")


def _literal(expr: Expr, function: Function) -> Expr | None:
    """The one literal that a local name holds."""
    if not isinstance(expr, Name):
        return expr
    scope = binder(expr.id, function)
    values = scope.index.bound.get(expr.id, []) if scope is not None and scope.index else []
    if len(values) == 1 and isinstance(values[0], Collection):
        return values[0]
    return None


def is_server(file: File) -> bool:
    """Whether a JavaScript file runs on a server, as far as its imports and its path tell."""
    if re.search(
        r"(?:^|/)(?:server|backend|(?:pages|app)/api|functions|lambdas?|netlify)/|route\.[jt]s$|\+server\.[jt]s$",
        file.path,
    ):
        return not re.search(r"(?:^|/)(?:client|frontend|web|ui|components|hooks|pages/(?!api))/", file.path)
    return any(_SERVER.match(name) for name in file.module.imports.values())
