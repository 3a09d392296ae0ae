"""Steps from entry points: routes of Starlette and FastAPI, of aiohttp's server, and tests of pytest.

A step's name is the route as the program spells it ("GET /users/{id}"), never the path that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from asynccost.probe.guards import guarded
from asynccost.probe.recorder import STEP
from asynccost.probe.steps import entered, left

if TYPE_CHECKING:
    from asynccost.probe.patching import Patches

Call = Callable[..., Any]


def install(module: Any, patches: Patches) -> None:
    """Hook what the module has."""
    if module.__name__ == "starlette.routing":
        patches.wrap(module.Route, "handle", _route)
    elif module.__name__ == "fastapi.routing" and "handle" in vars(module.APIRoute):
        patches.wrap(module.APIRoute, "handle", _route)
    elif module.__name__ == "aiohttp.web_app":
        patches.wrap(module.Application, "_handle", _handle)
        patches.wrap(module.UrlDispatcher, "resolve", _resolve)
    elif module.__name__ == "_pytest.runner":
        patches.wrap(module, "runtestprotocol", _test)


def _route(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = entered(_name(self, args) or "")
        try:
            return await call(self, *args, **kwargs)
        finally:
            left(began)

    return wrapper


@guarded
def _name(route: Any, args: tuple[Any, ...]) -> str:
    return f"{args[0]['method']} {route.path}"


def _handle(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        began = entered("(no route)")
        try:
            return await call(self, *args, **kwargs)
        finally:
            left(began)

    return wrapper


def _resolve(call: Call) -> Call:
    async def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        match = await call(self, *args, **kwargs)
        _resolved(match, args)
        return match

    return wrapper


@guarded
def _resolved(match: Any, args: tuple[Any, ...]) -> None:
    resource = getattr(match.route, "resource", None)
    if resource is not None and STEP.get() == "(no route)":
        STEP.set(f"{args[0].method} {resource.canonical}")


def _test(call: Call) -> Call:
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        began = entered(_test_name(args, kwargs) or "")
        try:
            return call(*args, **kwargs)
        finally:
            left(began)

    return wrapper


@guarded
def _test_name(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    item = args[0] if args else kwargs["item"]
    return str(item.nodeid)
