"""Why a client that is built anew is built seldom, or is not worth keeping: what its own function shows."""

from asynccost.flow.around import above, function_of, words_in
from asynccost.flow.clients import Client
from asynccost.flow.facts.entries import seldom
from asynccost.flow.file import File, Site
from asynccost.flow.life import Life
from asynccost.flow.remembering import answers_from_cache
from asynccost.flow.sessions.addresses import fixed_request, loopback_request
from asynccost.flow.sessions.large import copies, sends_files
from asynccost.flow.sessions.lasts import is_idle, says_uncached
from asynccost.flow.sessions.lent_keys import has_lent_keys, has_users_keys
from asynccost.flow.sessions.meant import asked_once, at_deployment, at_terminal, for_development, on_purpose
from asynccost.flow.sessions.visits import is_one_visit, is_somebody_else, keeps_cookies
from asynccost.flow.tree import Argument, Assign, Call, Collection, Constant, Handler, If, Member, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, root, words

_SECRETS = frozenset({"credentials", "secret", "password"})


def why_rare(file: File, site: Site, client: Client, life: Life) -> str:
    """The reason in a word or two; "" where nothing is seen."""
    function, kept = site.function, life.kind == "kept"
    # of a function that hands its client out, those who call it say how often
    if not kept and life.kind != "returned" and (word := seldom(file, function)) is not None:
        return word
    if not kept and client.http and fixed_request(file, function, life):
        return "fixed"
    if not kept and asked_once(file, site, life):
        return "asked once"
    if for_development(file, site.call):
        return "development"
    if on_purpose(file, site):
        return "meant"
    if client.cost == "nothing" or keeps_nothing(site):
        return "no pool"
    if client.cost == "pool" and (loopback_request(file, function, life) or is_idle(life)):
        return "no pool"
    if client.http and sends_files(life):
        return "a large request"
    if any(isinstance(up, Handler) for up in above(site.call)):
        return "an error"
    if answers_from_cache(file, function, site.call) or _fills_a_memo(file, site.call):
        return "cached"
    if (life.kind == "returned" and _takes_credentials(site)) or has_lent_keys(site) or has_users_keys(file, site):
        return "lent keys"
    if client.cost == "database" and copies(file, function):
        return "a copy"
    if client.cookies and (is_one_visit(function, life) or keeps_cookies(file, site)):
        return "one visit"
    if client.http and is_somebody_else(file, site, life):
        return "another visitor"
    if not kept and at_terminal(file, function):
        return "a terminal"
    if not kept and function.owner is not None and says_uncached(file, function.owner):
        return "its object is not kept"
    return "a deployment" if at_deployment(file, function) else ""


def _takes_credentials(site: Site) -> bool:
    """`create_client(config)` with `config.secret_key` in it: the keys of whoever asks, which are not to be kept."""
    given = {p.name for p in site.function.params if p.name not in ("self", "cls", "this")}
    for node in walk(site.call):
        pairs: list[tuple[str, Node]] = []
        if isinstance(node, Argument) and node.keyword:
            pairs = [(node.keyword, node.value)]
        elif isinstance(node, Collection) and node.kind == "dict":
            keys = zip(node.keys, node.items, strict=True)
            pairs = [(str(k.value), v) for k, v in keys if isinstance(k, Constant)]
        for name, value in pairs:
            if not _SECRETS.isdisjoint(words(name)) and isinstance(root(value), Name) and chain(value)[0] in given:
                return True
    return False


def _fills_a_memo(file: File, call: Call) -> bool:
    """`if _names is None: client = Client(); _names = client.list()`: what the client is asked for is kept."""
    for up in above(call):
        if isinstance(up, If) and any(s.start <= call.start < s.end for s in up.body):
            tested = words_in(up.test)
            targets = (t for n in walk(*up.body) if isinstance(n, Assign) and n.start > call.start for t in n.targets)
            outer = (t for t in targets if isinstance(t, Member) or file.text(t) not in function_of(call).bindings)
            if any(chain(t)[-1] in tested for t in outer):
                return True
    return False


def keeps_nothing(site: Site) -> bool:
    """`new https.Agent({ rejectUnauthorized: false })`: without keepAlive an agent has no connections to lose."""
    if site.name not in ("http:Agent", "https:Agent"):
        return False
    given = site.call.arguments[0].value if site.call.arguments else None
    keys = given.keys if isinstance(given, Collection) else []
    return not any(isinstance(k, Constant) and k.value == "keepAlive" for k in keys)
