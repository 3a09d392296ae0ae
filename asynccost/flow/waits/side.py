"""On which side a JavaScript file runs: in a page, or in Node; and whether it serves there."""

import re
from collections.abc import Iterable

from asynccost.flow.file import File

_NODE = re.compile(
    r"^(?:node:)?(?:express|koa|fastify|@nestjs/[\w-]+|hono|next/server|fs|path|http|https|net|os|child_process|crypto"
    r"|@hapi/[\w-]+|bullmq|bull|ioredis|pg|mongodb|mongoose|@prisma/client|dotenv|winston|pino|discord\.js|telegraf"
    r"|@slack/bolt|aws-lambda|typeorm|sequelize|knex|stream|util|worker_threads|node-cron|process|node-fetch|got|undici"
    r"|nodemailer|ws)(?=[:/]|$)"
)
_SERVED = re.compile(
    r"(?:^|/)(?:server|backend|(?:pages|app)/api|functions|lambdas?|netlify)/|route\.[jt]s$|\+server\.[jt]s$"
)
_SHOWN = re.compile(r"(?:^|/)(?:client|frontend|web|ui|components|hooks|pages/(?!api))/")
_HOOK = re.compile(r"react:use(?:State|Effect|LayoutEffect|Reducer|Ref)$")
_FRONT = re.compile(r"(?:^|/)(?:client|frontend|front-end|web|webapp|ui|components|composables|hooks|renderer)/")


def runs_in_node(file: File) -> bool:
    """Whether a file runs in Node, as far as its imports and its path tell.

    A page of a desktop program may import what only Node has, and runs in a window all the same.
    """
    imported = file.module.imports.values()
    if file.path.endswith((".vue", ".svelte")) or "electron:ipcRenderer" in imported:
        return False
    if any(_HOOK.match(name) for name in imported):
        return False  # a component of React with state runs in a page, whatever an editor put among its imports
    if _SERVED.search(file.path):
        return not _SHOWN.search(file.path)
    return any(_NODE.match(name) for name in imported)


def runs_in_page(file: File) -> bool:
    """Whether a file runs in a page, as far as its imports and its path tell."""
    return (is_page(file) or _FRONT.search(file.path) is not None) and not runs_in_node(file)


def is_page(file: File) -> bool:
    """Whether a file is a part of a page, by its kind or by what it imports."""
    table = file.knowledge.table("tasks")["floating"]
    modules = {name.partition(":")[0] for name in file.module.imports.values()}
    return file.path.endswith((".vue", ".svelte", ".jsx", ".tsx")) or not modules.isdisjoint(table["page"])


def serves(file: File) -> bool:
    """Whether a file is a part of a server that goes on, by what it imports or its name (`posts.server.ts`)."""
    return ".server." in file.path or imports_server(
        file.module.imports.values(), file.knowledge.table("tasks")["floating"]
    )


def imports_server(imports: Iterable[str], table: dict[str, list[str]]) -> bool:
    """Whether imported names are a server's and not a page's, nor those of a tool that builds or watches files."""
    modules = {name.partition(":")[0] for name in imports}
    serving = modules.intersection(table["server"])
    if not modules.isdisjoint(table["tools"]):
        serving.difference_update(table["weak"])
    return bool(serving) and modules.isdisjoint(table["page"])
