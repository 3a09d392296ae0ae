"""What the class of a client is called in an annotation, and the import that this takes."""

from dataclasses import dataclass

from asynccost.flow.file import File
from asynccost.flow.tree import Call, Member
from asynccost.python.codemod.layout import layout_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import callee_is_class
from asynccost.python.codemod.top_beside import import_beside, place_beside

_MADE_BY = {  # what functions give: the module and name of its class
    "sqlalchemy.create_engine": ("sqlalchemy.engine", "Engine"),
    "sqlalchemy.engine.create_engine": ("sqlalchemy.engine", "Engine"),
    "sqlmodel.create_engine": ("sqlalchemy.engine", "Engine"),
    "sqlalchemy.ext.asyncio.create_async_engine": ("sqlalchemy.ext.asyncio", "AsyncEngine"),
    "boto3.client": ("botocore.client", "BaseClient"),
    "boto3.Session().client": ("botocore.client", "BaseClient"),
    "boto3.session.Session().client": ("botocore.client", "BaseClient"),
    "requests.session": ("requests", "Session"),
    "redis.from_url": ("redis", "Redis"),
    "redis.asyncio.from_url": ("redis.asyncio", "Redis"),
    "aioredis.from_url": ("aioredis", "Redis"),
    "supabase.create_client": ("supabase", "Client"),
    "supabase.acreate_client": ("supabase", "AsyncClient"),
    "grpc.insecure_channel": ("grpc", "Channel"),
    "grpc.secure_channel": ("grpc", "Channel"),
    "grpc.aio.insecure_channel": ("grpc.aio", "Channel"),
    "grpc.aio.secure_channel": ("grpc.aio", "Channel"),
}


@dataclass(slots=True, frozen=True)
class Named:
    """How a class is spelled in a file. module: what its name has to be imported from first; "" for nothing."""

    text: str
    module: str = ""


def class_of(call: Call, file: File) -> Named | None:
    """The class of what a call makes; None where it cannot be named."""
    callee = call.callee
    if callee_is_class(call, file):
        return Named(file.text(callee))
    if isinstance(callee, Member) and (file.resolve(callee.value) or "").rpartition(".")[2][:1].isupper():
        return Named(file.text(callee.value)) if callee.attr in ("from_url", "connect") else None
    module, name = _MADE_BY.get(file.resolve(callee) or "", ("", ""))
    if not name:
        return None
    for local, dotted in file.module.imports.items():
        if local in file.module.top.bindings and dotted == f"{module}.{name}":
            return Named(local)
    if isinstance(callee, Member) and file.resolve(callee.value) == module:
        return Named(f"{file.text(callee.value)}.{name}")
    if name in file.module.top.bindings or place_beside(layout_of(file), module) is None:
        return None
    return Named(name, module)


def bring(patch: Patch, named: Named | None) -> str:
    """The spelling of a class, imported if it has to be; "" for none."""
    if named is None:
        return ""
    if named.module:
        import_beside(patch, named.module, named.text)
    return named.text
