"""Work that nobody waits for, or that is done seldom, by the names of its function, its file and its folders."""

from itertools import pairwise

from asynccost.flow.tree import Argument, Call, Closure, Collection, Constant, Function, Member, Node
from asynccost.flow.words import chain, words

_TELLS = frozenset({"telemetry", "tracking"})
_SENDS = frozenset({"send", "notify", "remind", "email", "mail"})
_NOTICES = frozenset({
    "notification", "notifications", "email", "emails", "mail", "mails", "newsletter", "reminder", "reminders",
    "digest", "invitation", "invitations",
})
_EXPORTS = frozenset({"export", "exports", "exporter", "csv", "xlsx"})
_CHANGES = frozenset({"update", "delete", "remove", "change", "revoke", "set", "promote", "demote", "transfer"})
_RIGHTS = frozenset({"role", "roles", "permission", "permissions", "ownership"})
_SELDOM = frozenset({
    "delete", "remove", "switch", "move", "copy", "duplicate", "import", "revoke", "transfer", "archive", "restore",
    "rename", "merge", "disconnect", "uninstall",
})
_DOES = frozenset({
    "create", "set", "save", "update", "upsert", "insert", "modify", "process", "sync", "apply", "submit", "accept",
    "approve", "reject", "complete", "cancel", "mark", "publish", "assign", "provision", "register", "enroll", "invite",
    "delete",
})
_OWNERS = frozenset({"orgs", "organizations", "organisations", "tenants", "workspaces", "teams", "users", "accounts"})
_AFTER = frozenset({"waitUntil", "after", "defer"})
_NEAR = 3  # parts of a path that say what its functions are for
_FEW = 2


def aside(path: str, function: str) -> str:
    """Why nobody waits for two look-ups of a function to be quick; "" where its names say nothing of it."""
    parts = [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]
    own = words(function.rpartition(".")[2])
    stem = words(parts[-1])
    if any(not _TELLS.isdisjoint(words(part)) for part in parts) or "track" in (own[:1] + stem[:1]):
        return "nobody waits for what only tells how the program is used"
    if any(said[:1] and said[0] in _SENDS and not _NOTICES.isdisjoint(said) for said in (own, stem)):
        return "nobody waits for the look-ups before a notice is sent"
    if sweeps(function):
        return "it goes through all of its kind in the background, where nobody waits for it"
    if not _EXPORTS.isdisjoint((*own, *stem)):
        return "an export takes long, whatever it looks up first"
    return ""


def seldom_changed(function: str, steps: int) -> str:
    """Why two look-ups before a change are of no account: an administrator's, or one that people make seldom."""
    own = words(function.rpartition(".")[2])
    own = own[1:] if own[:1] == ("handle",) else own
    if steps > _FEW:
        return ""
    if not _CHANGES.isdisjoint(own[:1]) and (word := next((word for word in own if word in _RIGHTS), "")):
        return f"{word} says that an administrator changes it now and then"
    if not _SELDOM.isdisjoint(own[:1]):
        return f"{own[0]} says that somebody does it now and then"
    return before_a_change(function)


def before_a_change(function: str) -> str:
    """Why look-ups in a database are of no account where a function's name says that it does more than look up."""
    own = words(function.rpartition(".")[2])
    own = own[1:] if own[:1] == ("handle",) else own
    return f"{own[0]} says that a change follows, which takes longer" if not _DOES.isdisjoint(own[:1]) else ""


def sweeps(function: str) -> bool:
    """`processThresholdsForAllOrgs`: what goes through all of its kind, in the background."""
    return any(one == "all" and other in _OWNERS for one, other in pairwise(words(function)))


def keyed(function: Function) -> str:
    """The key that a nameless function stands under: `delete` of `{ delete: procedure.mutation(async () => ...) }`."""
    here: Node | None = function.closure
    while isinstance(here, (Closure, Argument, Call, Member)):
        up = here.parent
        if isinstance(up, Collection) and up.kind == "dict":
            keys = (k for k, v in zip(up.keys, up.items, strict=False) if v is here and isinstance(k, Constant))
            return next((str(key.value) for key in keys), "")
        here = up
    return ""


def left_to_itself(function: Function) -> list[str]:
    """A doubt where code stands in what `waitUntil(...)` or `after(...)` is given: the answer is sent already."""
    here: Function | None = function
    while here is not None and here.closure is not None:
        up = here.closure.parent
        up = up.parent if isinstance(up, Call) and up.callee is here.closure else up  # `waitUntil((async () => {})())`
        call = up.parent if isinstance(up, Argument) else None
        if isinstance(call, Call) and chain(call.callee)[-1] in _AFTER:
            return ["it runs when the answer is sent, where nobody waits for it"]
        here = here.scope
    return []
