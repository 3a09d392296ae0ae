"""Work that nobody waits for, or that is done seldom, by the names of its function, its file and its folders."""

from asynccost.flow.words import words

_TELLS = frozenset({"telemetry", "tracking"})
_SENDS = frozenset({"send", "notify", "remind", "email", "mail"})
_NOTICES = frozenset({
    "notification", "notifications", "email", "emails", "mail", "mails", "newsletter", "reminder", "reminders",
    "digest", "invitation", "invitations",
})
_EXPORTS = frozenset({"export", "exports", "exporter", "csv", "xlsx"})
_CHANGES = frozenset({"update", "delete", "remove", "change", "revoke", "set", "promote", "demote", "transfer"})
_RIGHTS = frozenset({"role", "roles", "permission", "permissions", "ownership"})
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
    if not _EXPORTS.isdisjoint((*own, *stem)):
        return "an export takes long, whatever it looks up first"
    return ""


def rights(function: str, steps: int) -> str:
    """The word of a function that says that an administrator changes somebody's rights, now and then."""
    own = words(function.rpartition(".")[2])
    changed = next((word for word in own if word in _RIGHTS), "")
    return changed if steps <= _FEW and not _CHANGES.isdisjoint(own[:1]) else ""
