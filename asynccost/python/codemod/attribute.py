"""Gives a client to the object whose methods build it: an attribute, made when first needed, closed with the object."""

from dataclasses import dataclass

from asynccost.flow.around import class_around
from asynccost.flow.clients import Client, built
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File
from asynccost.flow.tree import Class, Function
from asynccost.python.codemod.building import Building, building, changes_it, plain_with, take_over
from asynccost.python.codemod.classes import (
    add_to_end,
    attributes_set_late,
    can_own,
    extend_method,
    is_annotated,
    start_attribute,
    taken,
    unknown_bases,
)
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.naming import bring, class_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import Recipe
from asynccost.python.codemod.wiring import Holder, holder_of, wire

_OPEN = {"aiohttp.ClientSession": "closed", "aiohttp.client.ClientSession": "closed", "httpx.AsyncClient": "is_closed",
         "httpx.Client": "is_closed", "httpx2.AsyncClient": "is_closed", "httpx2.Client": "is_closed"}


_UNLOADED = frozenset({"Cog", "GroupCog"})  # discord.py awaits their cog_unload()


@dataclass(slots=True, frozen=True)
class Plan:
    """The object that takes a client, everything in its class that is built alike, and who will close it.

    ends: the method that closes it, if the class has one; its name, where one is added; "" where nobody need. extends:
    the one that is added is a base class's. holder: the object that will call the one that is added.
    """

    cls: Class
    client: Client
    alike: list[tuple[Building, Recipe]]
    attr: str
    ends: Function | str
    extends: bool = False
    holder: Holder | None = None

    @property
    def accessor(self) -> str:
        """The method that hands it out."""
        return f"_get{self.attr}"


def plan(file: File, made: Building, inherited: str = "") -> Plan | None:
    """How the object around could own a client; None where it could not. inherited: the coroutine by which a base
    class of another file ends it."""
    cls = class_around(made.function)
    if cls is None or not can_own(cls, file) or not _in_method(made, cls):
        return None
    late = attributes_set_late(cls, file)
    mine = Recipe(made, file, indent="", changed=late)
    if not mine.ok or not _may_take(made, file):
        return None
    recipes = [(b, Recipe(b, file, indent="", changed=late)) for b in _all(file, cls)]
    alike = [(b, r) for b, r in recipes if r.ok and r.key == mine.key]
    attr = _attribute(alike[0][0], cls, file)
    ends = _ends(made, cls, file, attr)
    if ends is None:
        return None
    extends = bool(inherited) and isinstance(ends, str) and bool(ends) and inherited not in cls.methods
    extends = extends and made.client.is_async
    added = isinstance(ends, str) and bool(ends) and ends != "cog_unload" and not extends
    holder = holder_of(cls, file, is_async=made.client.is_async) if added else None
    return Plan(cls, made.client, alike, attr, inherited if extends else ends, extends, holder)


def _all(file: File, cls: Class) -> list[Building]:
    found = []
    for site, client in built(file):
        if class_around(site.function) is cls:
            one = building(site, client)
            if one is not None and _in_method(one, cls) and _may_take(one, file):
                found.append(one)
    return found


def _in_method(made: Building, cls: Class) -> bool:
    """Whether `self` is the object where a client is built."""
    function = made.function
    while function.owner is None and function.scope is not None:
        if function.kind == "lambda" or any(p.name == "self" for p in function.params):
            return False
        function = function.scope
    first = function.params[0].name if function.params else ""
    return function.owner is cls and first == "self" and not function.is_static and function.kind != "constructor"


def _may_take(made: Building, file: File) -> bool:
    layout = Layout(file.module.source)
    if changes_it(made):
        return False
    if made.client.is_async and not made.function.is_async:
        return False
    if made.block is not None:
        body = made.block.body
        return plain_with(made.block, layout) and bool(body) and layout.begins_line(body[0].start)
    return made.client.gc and made.assign is not None and layout.alone(made.assign)


def _attribute(made: Building, cls: Class, file: File) -> str:
    package, _, name = (made.site.name or "").rpartition(".")
    made_of = ("session", "engine", "pool")
    plain = next((f"_{word}" for word in made_of if word in name.lower()), "_client")
    wanted = plain
    if taken(cls, file, f"_get{plain}"):  # one that is built otherwise
        wanted = f"_{made.function.name.strip('_')}{plain}"
    elif taken(cls, file, plain):
        wanted = f"_http{plain}" if made.client.http else f"_{package.partition('.')[0]}{plain}"
    number, attr = 2, wanted
    while taken(cls, file, attr) or taken(cls, file, f"_get{attr}"):
        attr, number = f"{wanted}_{number}", number + 1
    return attr


def _ends(made: Building, cls: Class, file: File, attr: str) -> Function | str | None:
    """Who closes it: a method that ends the object already, or a new one."""
    if made.client.gc or not made.client.close:
        return ""
    names = [n for n in ends_of(cls, file) if n in cls.methods]
    mine = [cls.methods[n] for n in names if cls.methods[n].is_async or not made.client.is_async]
    mine = [m for m in mine if m.kind == "method" and m.params and not m.is_generator]
    if mine:
        return mine[0]
    if unknown := unknown_bases(cls, file):
        is_cog = any(name.rpartition(".")[2] in _UNLOADED for name in unknown) and "cog_unload" not in cls.methods
        return "cog_unload" if is_cog and made.client.is_async else f"close{attr}"
    for name in ("aclose", "close") if "close" in cls.methods else ("close", "aclose"):
        if not taken(cls, file, name):
            return name
    return None


# ------------------------------------------------------------------- edits


def apply(patch: Patch, chosen: Plan) -> None:
    """Write the attribute, its accessor and its end, and use it where clients were built."""
    layout, file = patch.layout, patch.file
    made, _ = chosen.alike[0]
    unit = layout.unit(next(iter(chosen.cls.methods.values())))
    inner = layout.indent(next(iter(chosen.cls.methods.values())).start) + unit
    recipe = Recipe(made, file, indent=inner + unit)
    kind = bring(patch, class_of(made.call, file)) if is_annotated(chosen.cls) else ""
    start_attribute(patch, chosen.cls, chosen.attr, kind, _accessor(chosen, recipe, kind, unit))
    for one, its in chosen.alike:
        take_over(patch, one, f"self.{chosen.accessor}()", its.locals)
    _write_end(patch, chosen, unit)


def untyped(chosen: Plan, file: File) -> bool:
    """Whether the class is annotated, and nobody can tell what the client's class is called here."""
    return is_annotated(chosen.cls) and class_of(chosen.alike[0][0].call, file) is None


def _accessor(chosen: Plan, recipe: Recipe, kind: str, unit: str) -> list[str]:
    made = recipe.made
    attr = f"self.{chosen.attr}"
    test = f"{attr} is None"
    if word := _OPEN.get(made.site.name or ""):
        test += f" or {attr}.{word}"
    note = f" -> {kind}" if kind else ""
    columns = len(recipe.indent) + len(f"{attr} = ")
    return [
        f"def {chosen.accessor}(self){note}:",
        f"{unit}if {test}:",
        *(f"{unit}{unit}{comment}" for comment in recipe.comments),
        f"{unit}{unit}{attr} = {recipe.fitted(columns, unit)}",
        f"{unit}return {attr}",
    ]


def _write_end(patch: Patch, chosen: Plan, unit: str) -> None:
    ends = chosen.ends
    if not ends:
        return
    attr, client = f"self.{chosen.attr}", chosen.client
    wait = "await " if client.is_async else ""
    closing = [f"if {attr} is not None:", f"{unit}{wait}{attr}.{client.close[0]}()", f"{unit}{attr} = None"]
    if isinstance(ends, Function):
        extend_method(patch, ends, closing)
        return
    if chosen.holder is not None:
        wire(patch, chosen.holder, f"{wait}{{}}.{ends}()")
    word = "async def" if client.is_async else "def"
    note = " -> None" if is_annotated(chosen.cls) else ""
    lines = [f"{word} {ends}(self){note}:", *(f"{unit}{line}" for line in closing)]
    if chosen.extends:
        lines.append(f"{unit}await super().{ends}()")
    enter, leave = ("__aenter__", "__aexit__") if client.is_async else ("__enter__", "__exit__")
    if not unknown_bases(chosen.cls, patch.file) and not any(taken(chosen.cls, patch.file, n) for n in (enter, leave)):
        given = "*exc_info: object" if note else "*exc_info"
        mine = f' -> "{chosen.cls.name}"' if note else ""
        lines += ["", f"{word} {enter}(self){mine}:", f"{unit}return self", ""]
        lines += [f"{word} {leave}(self, {given}){note}:", f"{unit}{wait}self.{ends}()"]
    add_to_end(patch, chosen.cls, lines)
