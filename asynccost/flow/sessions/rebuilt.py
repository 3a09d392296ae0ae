"""A client that is built where it may be thrown away again: what one file can say of it."""

import re

from asynccost.flow.around import function_of, is_guarded
from asynccost.flow.clients import Client, built, clients, identity, is_fake
from asynccost.flow.dead import is_dead
from asynccost.flow.facts.entries import is_script
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.linked.one_by_one import handed
from asynccost.flow.owner import life_of
from asynccost.flow.repeat import work_loops
from asynccost.flow.sessions.addresses import free_request, loopback_request
from asynccost.flow.sessions.closing import keeps_none
from asynccost.flow.sessions.handed_in import handed_address, stands_in
from asynccost.flow.sessions.lasts import until_made, uses
from asynccost.flow.sessions.meant import for_development, on_purpose, polls_slowly, waits_for_a_start
from asynccost.flow.sessions.rare import keeps_nothing, why_rare
from asynccost.flow.sessions.recreated import COST
from asynccost.flow.sessions.sharing import lent_to_methods, listens, outlasts, shared_by
from asynccost.flow.sessions.visits import is_somebody_else
from asynccost.flow.sessions.worth import worth_of
from asynccost.flow.tree import Argument, Call, Comprehension, Function, Loop
from asynccost.flow.varies import parameters, varies
from asynccost.flow.words import chain, words
from asynccost.model import Confidence, Finding, Silence

_KEPT = {
    "self": "the object keeps it",
    "object": "another object keeps it",
    "global": "the module keeps it",
    "collection": "a collection keeps it",
}


def look(file: File, site: Site, client: Client) -> Finding | Silence:
    """What to say of one call that builds a client; how often its function runs is for the project to say."""
    call, function = site.call, site.function
    if file.is_test:
        return file.silence(call, "it is part of a test")
    if is_fake(file, call):
        return file.silence(call, "it talks to something in this process")
    if is_dead(call, function, file.module.source):
        return file.silence(call, "this code is never reached")
    life = life_of(file, call, function, client.close)
    if life.kind == "kept" and life.where == "self" and _reopened(file, call, function, life):
        life.kind = "local"
    if (reason := _owned(life)) is not None:
        return file.silence(call, reason)
    if lent_to_methods(file, function, life):
        return file.silence(call, "the object's methods share it while it lasts")
    if keeps_none(site, life):
        return file.silence(call, "each of its requests ends its connection: there is none to keep")
    if life.kind in ("scoped", "local") and outlasts(function, life, call):
        return file.silence(call, "it lasts as long as what runs here")
    if file.language == "javascript" and _only_signs(life):
        return file.silence(call, "it only signs addresses, and opens no connection")
    if file.language == "javascript" and _is_sent_along(life):
        return file.silence(call, "a page takes along what it has fetched: no other request may see that")
    loops = [loop for loop in work_loops(file, call) if life.kind in ("local", "scoped", "temporary", "dropped")]
    changing = next((v for part in identity(file, call) if (v := varies(file, part, function))), None)
    if changing and not _is_one_of_few(file, call, function, life):
        return file.silence(call, f"its arguments depend on {changing}")
    if loops and until_made(file, call, loops[0]):
        return file.silence(call, "only the first turn that needs one builds it")
    if (reason := shared_by(file, life, loops)) is not None:
        return file.silence(call, reason)
    if loops and not keeps_nothing(site):
        near = client.cost == "pool" and loopback_request(file, function, life)
        near = near or on_purpose(file, site) or for_development(file, call)
        near = near or (client.http and is_somebody_else(file, site, life))
        near = near or client.cost == "nothing" or waits_for_a_start(file, function, loops[0]) or polls_slowly(loops[0])
        near = near or file.memo(worth_of).lists_models(function.qualname)
        return _in_loop(file, call, client, loops, _left(client, life), Confidence.LOW if near else Confidence.HIGH)
    return _open(file, site, client, life)


_SIGNS = frozenset({"getSignedUrl", "createPresignedPost", "getSignedCookies"})


def _only_signs(life: Life) -> bool:
    """Whether all that is done with a client is to sign addresses: `getSignedUrl(client, command)`."""
    return 0 < sum(taker in _SIGNS for taker in _takers(life)) == len(life.reads)


def _is_sent_along(life: Life) -> bool:
    """Whether a server puts the cache of a client into a page: `dehydrate(queryClient)`."""
    return "dehydrate" in _takers(life)


def _takers(life: Life) -> list[str]:
    """The last names of the functions that a client is handed to."""
    handed = [read.parent.parent for read in life.reads if isinstance(read.parent, Argument)]
    return [chain(call.callee)[-1] for call in handed if isinstance(call, Call)]


def _owned(life: Life) -> str | None:
    """Why nobody builds it again; None where that is not settled here."""
    if life.kind == "kept" and not (life.where == "self" and life.attr):
        return _KEPT[life.where]
    if life.kind == "default":
        return "a default is made once, with its function"
    if life.kind == "yielded":
        return "it is yielded: whoever resumes this owns it"
    if life.kind == "fallback":
        return "it only stands in for one that the caller left out"
    return None


def _is_one_of_few(file: File, call: Call, function: Function, life: Life) -> bool:
    """`def get_service(config, service_name, version)`: a factory whose parameters choose one of a few clients."""
    if life.kind != "returned" or function.kind == "module":
        return False
    few = clients(file).few
    changing = [part for part in identity(file, call) if varies(file, part, function)]
    return all((chosen := parameters(part, function)) and chosen <= few for part in changing)


def _reopened(file: File, call: Call, function: Function, life: Life) -> bool:
    """`self.session = Client()` in every call of a method that closes it again."""
    if function.name in ("__init__", "constructor") or is_guarded(call, life.attr) or function.index is None:
        return False
    if any(
        isinstance(loop, Loop) and (loop.kind == "while" or loop.is_async) for loop in function.index.loops
    ) or listens(function):
        return False
    return any(
        file.text(c.callee).split(".")[-2:-1] == [life.attr]
        and file.text(c.callee).rpartition(".")[2] in ("close", "aclose")
        and c.start > call.start
        for c in function.index.calls
    )


def _in_loop(
    file: File, call: Call, client: Client, loops: list[Loop | Comprehension], left: str, sure: Confidence
) -> Finding:
    loop = loops[0]
    header = loop.header_end if isinstance(loop, Loop) else loop.end
    place = file.related((loop.start, header), "every turn of this loop builds another")
    turn = f"every turn of the loop builds {client.what} of its own{left} and {COST[client.cost]}"
    finding = file.finding(
        call,
        f"{turn}: build it once, before the loop",
        sure,
        related=(place,),
        entry="script" if file.memo(is_script) else "loop",
        start=function_of(call).start,
        over=handed(loops, function_of(call)),
    )
    finding.resource = client.cost
    return finding


def _open(file: File, site: Site, client: Client, life: Life) -> Finding | Silence:
    """How often the function runs is for the project to say."""
    function = site.function
    if life.kind == "kept" and not (
        function.name in ("__init__", "constructor", "__post_init__") and not is_guarded(site.call, life.attr)
    ):
        return file.silence(site.call, _KEPT[life.where])
    if function.kind == "module":
        return file.silence(site.call, "a module's top level runs once")
    return file.finding(
        site.call,
        "",
        Confidence.MEDIUM,
        what=client.what + _left(client, life),
        cost=client.cost,
        is_async=client.is_async,
        alone=_works_alone(file, function, client) or _is_rendered_once(file, function),
        life=life.kind,
        start=function.start,
        rare=why_rare(file, site, client, life),
        instead=stands_in(file, site),
        free=client.http and free_request(file, function, life),
        address=handed_address(function, life) if client.http else [],
        owner=function.owner.qualname if function.owner else "",
        uses=uses(file, function, life.attr) if life.kind == "kept" and function.owner is not None else 0,
        siblings=_siblings(file, function, client),
        registered=_is_registered(function),
        property=any(getattr(d, "id", "") == "property" for d in function.decorators),
    )


def _siblings(file: File, function: Function, client: Client) -> int:
    """How many other methods of its class build a client of the same kind: those of an API's own client do."""
    if function.owner is None:
        return 0
    own = function.owner.qualname
    made = ((site.function, other) for site, other in built(file))
    alike = {f.start for f, other in made if f.owner and f.owner.qualname == own and other.what == client.what}
    return len(alike - {function.start})


def _works_alone(file: File, function: Function, client: Client) -> bool:
    """Whether a synchronous Python function asks whoever it likes, or a database: scripts, jobs and set-ups are such.

    What asks one service, a language model or a search, is written to be asked again and again, also by its name.
    """
    anybody = client.http or client.cost in ("models", "database")
    alone = file.language == "python" and not function.is_async and anybody
    return alone and _MODELS.isdisjoint(words(function.qualname))


_MODELS = frozenset({"model", "llm", "chat", "completion", "completions", "embed", "embedding", "embeddings", "rerank"})


_HOOK = re.compile(r"use[A-Z]|use$")


def _is_rendered_once(file: File, function: Function) -> bool:
    """Whether a component takes nothing and has no hooks: nothing renders it again, but for one that shows it."""
    made = function.index.calls if function.index is not None else []
    hooks = any(_HOOK.match(chain(call.callee)[-1]) for call in made)
    return file.language == "javascript" and function.name[:1].isupper() and not function.params and not hooks


def _is_registered(function: Function) -> bool:
    """`@plugin.method(...)`, where the module has made the plugin: what that calls when it is asked to."""
    top = function.scope.index if function.scope is not None and function.scope.kind == "module" else None
    roots = (chain(d.callee if isinstance(d, Call) else d) for d in function.decorators)
    made = (value for names in roots if top is not None and len(names) > 1 for value in top.bound.get(names[0], ()))
    return any(isinstance(value, Call) for value in made)


def _left(client: Client, life: Life) -> str:
    """What to add where nothing closes a client that must be closed."""
    if life.kind != "local" or not (client.close and client.is_async):
        return ""
    return "" if life.closed or life.captured or life.handed else ", which nothing closes,"
