"""Whether a client signs with keys that are not to be kept: lent for an hour, or those of whoever has just agreed."""

from asynccost.flow.file import File, Site
from asynccost.flow.tree import Call, Function, Name, Node
from asynccost.flow.walk import walk
from asynccost.flow.words import chain

_LENDS = frozenset({
    "assume_role", "assume_role_with_web_identity", "assume_role_with_saml", "get_session_token",
    "get_federation_token",
})
_HOPS = 6
_CONSENT = b"google_auth_oauthlib"  # asks the users of a program for the keys of their own accounts


def has_users_keys(file: File, site: Site) -> bool:
    """`build("drive", "v3", credentials=self._credentials)` where a user agrees in the browser to lend them."""
    return _CONSENT in file.module.source and any(a.keyword == "credentials" for a in site.call.arguments)


def has_lent_keys(site: Site) -> bool:
    """`session.client("s3")`, where the session has the credentials that `sts.assume_role()` gave."""
    if not any(chain(call.callee)[-1] in _LENDS for call in _calls(site.function)):
        return False
    bound = site.function.index.bound if site.function.index else {}
    todo: list[Node] = [site.call]
    seen: set[str] = set()
    for _ in range(_HOPS):
        if any(isinstance(n, Call) and chain(n.callee)[-1] in _LENDS for n in walk(*todo)):
            return True
        names = {n.id for n in walk(*todo) if isinstance(n, Name)} - seen
        seen |= names
        todo = [value for name in sorted(names) for value in bound.get(name, ()) if value is not None]
    return False


def _calls(function: Function) -> list[Call]:
    return list(function.index.calls) if function.index else []
