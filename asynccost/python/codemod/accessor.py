"""Gives a client to the module: a function makes it when it is first asked for, and hands it out from then on."""

import re
from dataclasses import dataclass

from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.tree import Assign, Call, Function, Member
from asynccost.python.codemod.annotating import evaluated, optional
from asynccost.python.codemod.building import Building, building, changes_it, plain_with, take_over
from asynccost.python.codemod.layout import Layout
from asynccost.python.codemod.names import fresh, names_in
from asynccost.python.codemod.naming import bring, class_of
from asynccost.python.codemod.patch import Patch
from asynccost.python.codemod.recipe import Recipe
from asynccost.python.codemod.top import define, name_of

# One of these belongs to the thread that uses it.
_OF_A_THREAD = ("requests.", "niquests.", "cloudscraper.", "boto3.resource", "curl_cffi.")
_LOOPS = (
    "asyncio.run", "anyio.run", "trio.run", "asgiref.sync.async_to_sync", "asyncio.new_event_loop", "asyncio.Runner",
)


@dataclass(slots=True, frozen=True)
class Shared:
    """A client of the module, everything that is built alike, and what the function that hands it out is called."""

    alike: list[tuple[Building, Recipe]]
    name: str
    client_name: str

    @property
    def first(self) -> Building:
        """The first place that builds it."""
        return self.alike[0][0]

    @property
    def of_a_thread(self) -> bool:
        """Whether each thread needs one of its own."""
        return (self.first.site.name or "").startswith(_OF_A_THREAD)


def shared(file: File, made: Building) -> Shared | None:
    """How the module could own a client; None where it could not."""
    mine = Recipe(made, file, indent="    ")
    if not mine.ok or mine.own or not may_take(made, file) or made.function.kind == "module":
        return None
    alike = [(one, recipe) for one, recipe in file.memo(_shareable) if recipe.key == mine.key]
    word = "session" if "session" in (made.site.name or "").rpartition(".")[2].lower() else "client"
    package = (made.site.name or "").partition(".")[0]
    service = _service(alike[0][0].call)
    classes = {site.name for site, _ in built(file) if (site.name or "").startswith(f"{package}.")}
    stems = [f"{service or package}_{word}", f"{_snake(made)}_{word}", f"shared_{package}_{word}"]
    stems = stems[1:] if len(classes) > 1 and not service else stems
    name = next(f"_get_{stem}" for stem in stems if fresh(file, f"_get_{stem}") == f"_get_{stem}")
    return Shared(alike, name, fresh(file, *(f"_{stem}" for stem in stems)))


def _snake(made: Building) -> str:
    """`anthropic.AnthropicVertex` -> "anthropic_vertex"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", (made.site.name or "").rpartition(".")[2]).lower()


def kept(file: File) -> list[Building]:
    """Every client of a file that its module could own."""
    return [one for one, _ in file.memo(_shareable)]


def _shareable(file: File) -> list[tuple[Building, Recipe]]:
    """Every client of a file that its module could own, and how it is built."""
    found = []
    for site, client in built(file):
        one = building(site, client)
        if one is not None and may_take(one, file) and one.function.kind != "module":
            recipe = Recipe(one, file, indent="    ")
            if recipe.ok and not recipe.own:
                found.append((one, recipe))
    return found


def _service(call: Call) -> str:
    """`boto3.client("cognito-idp")` -> "cognito_idp"."""
    first = call.arguments[0].value if call.arguments and isinstance(call.callee, Member) else None
    value = getattr(first, "value", None)
    named = getattr(call.callee, "attr", "") in ("client", "resource")
    word = value.replace("-", "_") if named and isinstance(value, str) else ""
    return word if word.isidentifier() else ""


def may_take(made: Building, file: File) -> bool:
    """Whether a function uses a client as it was made, and leaves it open or to a with statement."""
    layout = Layout(file.module.source)
    if changes_it(made) or (made.client.is_async and not made.function.is_async):
        return False
    if made.block is not None:
        body = made.block.body
        return plain_with(made.block, layout) and bool(body) and layout.begins_line(body[0].start)
    return made.assign is not None and layout.alone(made.assign)


def one_loop(file: File) -> bool:
    """Whether the file itself starts no event loop but the program's."""
    homes = [site.function for site in file.calls_to(*_LOOPS)]
    return all(home.kind == "module" or home.name in ("main", "cli") for home in homes)


_VAGUE = frozenset({"client", "session", "conn", "connection", "resource", "engine", "api", "c", "r", "s"})


def beside(chosen: Shared, file: File) -> Assign | None:
    """The statement by which the module makes such a client for itself, where this one can be made like it: plainly,
    under its own name."""
    name, layout = chosen.first.name, Layout(file.module.source)
    if name in _VAGUE:
        return None
    for one, recipe in chosen.alike:
        if one.assign is None or one.client.is_async or one.name != name or recipe.locals:
            return None
        if layout.with_comments(one.assign.start) != layout.line_start(one.assign.start):
            return None
    top = file.module.top
    callee = file.resolve(chosen.first.call.callee)
    if chosen.of_a_thread or name in top.bindings or name in file.module.imports:
        return None
    made = [
        s for s in top.body
        if isinstance(s, Assign) and isinstance(s.value, Call) and layout.alone(s)
        and callee and file.resolve(s.value.callee, top) == callee
    ]
    wanted = {n.id for n in names_in(chosen.first.call)} & set(top.bindings) - set(file.module.imports)
    values = [v for word in wanted for v in (top.index.bound.get(word, [None]) if top.index else [None])]
    settled = made and all(v is not None and v.end <= made[-1].start for v in values)
    return made[-1] if settled else None


def apply_beside(patch: Patch, chosen: Shared, other: Assign) -> None:
    """Make the client with the module, behind the other one; the functions use the module's."""
    text = Recipe(chosen.first, patch.file, indent="").text
    patch.insert_lines(patch.layout.next_line(other.end - 1), "", f"{chosen.first.name} = {text}")
    for one, _ in chosen.alike:
        assert one.assign is not None
        patch.remove_lines(one.assign)


def apply(patch: Patch, chosen: Shared) -> None:
    """Define the function, and use it where clients were built."""
    _define(patch, chosen)
    for one, its in chosen.alike:
        take_over(patch, one, f"{chosen.name}()", its.locals)


def _define(patch: Patch, chosen: Shared) -> None:
    made, recipe = chosen.alike[0]
    note = note_of(made, patch)
    returns = f" -> {note}" if note else ""
    if made.client.is_async:
        name = chosen.client_name
        inner = Recipe(made, patch.file, indent="        ")
        define(
            patch, f"{name}{f': {_maybe(note, patch.file)}' if note else ''} = None", "", "",
            f"def {chosen.name}(){returns}:", f"    global {name}", f"    if {name} is None:",
            *(f"        {comment}" for comment in inner.comments),
            f"        {name} = {inner.fitted(11 + len(name), '    ')}", f"    return {name}",
        )
    elif chosen.of_a_thread:
        inner = Recipe(made, patch.file, indent="        ")
        local = fresh(patch.file, "_local", "_thread")
        define(
            patch, f"{local} = {name_of(patch, 'threading')}.local()", "", "",
            f"def {chosen.name}(){returns}:", '    """One for each thread: it is not safe to share between threads."""',
            f"    if not hasattr({local}, \"{_word(chosen)}\"):",
            *(f"        {comment}" for comment in inner.comments),
            f"        {local}.{_word(chosen)} = {inner.fitted(11 + len(local) + 8, '    ')}",
            f"    return {local}.{_word(chosen)}",
        )
    else:
        cache = f"@{name_of(patch, 'functools')}.cache"
        said = [f"    {comment}" for comment in recipe.comments]
        define(patch, cache, f"def {chosen.name}(){returns}:", *said, f"    return {recipe.fitted(11, '    ')}")


def _maybe(note: str, file: File) -> str:
    said = optional(note, file)
    return said if said.endswith("]") else evaluated(said, file, since=(3, 10))


def _word(chosen: Shared) -> str:
    return chosen.name.removeprefix("_get_")


def note_of(made: Building, patch: Patch) -> str:
    """The client's class, where the file annotates its functions and the class can be named."""
    return bring(patch, class_of(made.call, patch.file)) if _annotates(patch.file) else ""


def untyped(chosen: Shared, file: File) -> bool:
    """Whether the file annotates its functions, and nobody can tell what the client's class is called here."""
    return _annotates(file) and class_of(chosen.first.call, file) is None


def _annotates(file: File) -> bool:
    return any(_is_annotated(f) for f in file.functions)


def _is_annotated(function: Function) -> bool:
    return function.returns is not None
