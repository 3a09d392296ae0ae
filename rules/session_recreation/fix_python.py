"""session-recreation in Python: one client before the loop, with the application, on the object or in the module."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from asynccost.flow.carried import may_lack
from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.sessions.opened import opens
from asynccost.flow.sessions.turns import leaves_the_loop, measures, pauses
from asynccost.flow.tree import Call, Loop
from asynccost.flow.words import words
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod import accessor, attribute, cleanup_ctx, factory, lend, lifespan
from asynccost.python.codemod.arms import half_a_choice
from asynccost.python.codemod.building import Building, building_at, done_to
from asynccost.python.codemod.classes import has_fields
from asynccost.python.codemod.hoist import hoist, loop_to_leave
from asynccost.python.codemod.object_ends import lives_on, made_by_others, who_closes
from asynccost.python.codemod.patch import Patch
from asynccost.python.reasons import FOR_FEW, LENDS, OF_APPLICATION, WHO_CLOSES

_CLIENT = 3  # methods that ask: such an object is a client of a service, there to be kept
_UNTYPED = "its code here is annotated: what is the class of this one called?"


def fix(finding: Finding, file: File) -> Offer | None:
    """Offer the nearest owner that outlives the call."""
    made = building_at(file, finding.span)
    if made is None:
        return _kept_by_factory(finding, file)
    offer = _before_loop(made, file)
    if offer is None and "__aexit__" not in made.client.close:  # what is to be entered is no client yet
        offer = _on_object(made, file, finding.hint.get("ends", "")) or _in_module(made, file)
    if offer is not None and offer.safety is not Safety.DISPLAY_ONLY and (asked := _asked(made, file)):
        return offer._replace(safety=Safety.DISPLAY_ONLY, reason=f"{offer.reason}; {asked}")
    return offer


def _asked(made: Building, file: File) -> str:
    """What is asked of any offer."""
    if opened := opens(file, made.site, made.client):
        return f"each use calls {opened}(), which is for one that is not open: who opens it once?"
    return done_to(made, file) or half_a_choice(made, accessor.kept(file), file)


def _offer(file: File, safety: Safety, reason: str, write: Callable[[Patch], None]) -> Offer:
    def build() -> Iterator[Edit]:
        patch = Patch(file)
        write(patch)
        return patch.edits()

    return Offer(safety, reason, build)


# ------------------------------------------------------------ before a loop


def _before_loop(made: Building, file: File) -> Offer | None:
    found = loop_to_leave(file, made)
    if found is None:
        return None
    reason = (
        f"one {made.client.short} for all turns: they share its cookies and connections, and it is built even where"
        " the loop has no turn"
    )
    asked = _of_loop(made, found[0], file)
    return _asking(file, reason, asked, lambda patch: hoist(patch, made, *found))


def _asking(file: File, reason: str, asked: str, write: Callable[[Patch], None]) -> Offer:
    """An offer that is only shown where something is asked."""
    if asked:
        return _offer(file, Safety.DISPLAY_ONLY, f"{reason}; {asked}", write)
    return _offer(file, Safety.UNSAFE, reason, write)


def _of_loop(made: Building, loop: Loop, file: File) -> str:
    """What is asked of one client for all turns of a loop; "" for nothing."""
    if measures(loop):
        return "the time of each turn is measured: is that of a new connection meant?"
    if _reads_cookies(made, file):
        return _COOKIES
    lines = file.span(loop).end_line - file.span(loop).line
    if made.block is not None and lines > _MOVED:
        return f"{lines} lines move in: should the client be handed in, or closed apart?"
    if _built_beside(made, loop, file):
        return f"{made.function.name}() builds another beside the loop: are they to be one?"
    return _PAUSES if pauses(loop) else ""


_PAUSES = "does the server keep a connection open for as long as the loop pauses?"
_MOVED = 40  # lines of a loop that a with statement around it moves in
_COOKIES = "cookies are read here: are they to be those of all calls?"


def _built_beside(made: Building, loop: Loop, file: File) -> bool:
    """Whether a function builds such a client before or after the loop as well."""
    sites = (s for s, client in built(file) if client is made.client and s.function is made.function)
    return any(not loop.start <= s.call.start < loop.end for s in sites)


def _reads_cookies(made: Building, file: File) -> bool:
    """Whether a function reads the cookies that it was given: those of a client that is kept may come from before."""
    return made.client.http and re.search(r"\.cookies\b(?!\s*=)", file.text(made.function)) is not None


# ------------------------------------------------------------ on an object


def _on_object(made: Building, file: File, inherited: str) -> Offer | None:
    chosen = attribute.plan(file, made, inherited)
    if chosen is None or (made.client.gc and not made.client.is_async and accessor.shared(file, made) is not None):
        return None  # nothing ties it to the object: the module may keep one for all
    users = sorted({b.function.name for b, _ in chosen.alike})
    by = f"{FOR_FEW}{' and '.join(f'{name}()' for name in users)}" if len(users) < _CLIENT else ""
    reason = f"one {made.client.short} for each {chosen.cls.name}{by}: its calls share {_shares(made)}"
    if made.client.is_async:
        reason += ", and it belongs to the event loop that first uses it"
    reason += who_closes(chosen)
    safety = Safety.DISPLAY_ONLY if WHO_CLOSES in reason and made_by_others(chosen.cls, file) else Safety.UNSAFE
    if chosen.extends:
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; does somebody call it of each {chosen.cls.name}?"
    elif any(_reads_cookies(b, file) for b, _ in chosen.alike):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {_COOKIES}"
    elif attribute.untyped(chosen, file):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {_UNTYPED}"
    elif has_fields(chosen.cls, file):
        asked = f"is what {chosen.cls.name} annotates its fields, to which the client must not be added?"
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {asked}"
    elif lives := lives_on(chosen):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; is the one of {lives}(), which lives on, to be shared?"
    return _offer(file, safety, reason, lambda patch: attribute.apply(patch, chosen))


def _shares(made: Building) -> str:
    return "its cookies and connections" if made.client.http else "its connections"


# ------------------------------------------------------------ in the module


def _in_module(made: Building, file: File) -> Offer | None:
    chosen = accessor.shared(file, made)
    if chosen is None:
        return None
    if made.block is not None and made.client.is_async and (offer := _in_lifespan(made, chosen, file)) is not None:
        return offer
    web = cleanup_ctx.app_of(file) if made.block is not None and made.client.is_async else None
    if web is not None and all(cleanup_ctx.is_handler(b.function, file) and b.block for b, _ in chosen.alike):
        reason = (
            f"one {made.client.short} for the application, which a cleanup context opens and closes (AppKey needs"
            f" aiohttp 3.9): requests share {_shares(made)}"
        )
        return _offer(file, Safety.UNSAFE, reason, lambda patch: cleanup_ctx.apply(patch, web, chosen))
    return _lent(made, file) or _lazily(made, chosen, file)


def _lent(made: Building, file: File) -> Offer | None:
    """One client of the function that calls this one in a loop."""
    loan = lend.loan_of(file, made) if made.client.is_async else None
    if loan is None:
        return None
    calls, reason = f"{made.function.name}()", f"{loan.caller.name}() {LENDS} {made.client.short}: its calls of"
    reason = f"{reason} {calls} share {_shares(made)}"
    if lend.at_once(loan):
        reason += ", of which there are 100 as a rule: more at once wait, and what goes on when one failed ends with it"
    return _asking(file, reason, _of_loan(made, loan, file), lambda patch: lend.apply(patch, loan))


def _of_loan(made: Building, loan: lend.Loan, file: File) -> str:
    """What is asked of a client that the caller lends; "" for nothing."""
    if _reads_cookies(made, file):
        return _COOKIES
    if few := next((name for name in sorted(lend.given(loan)) if file.memo(may_lack) & set(words(name))), ""):
        return f"is there any of {few} as a rule? The client is built even where there is none"
    lines = file.span(loan.last).end_line - file.span(loan.first).line
    if all(map(leaves_the_loop, loan.calls)):
        return "the loop ends with the first of them: is one client for each call not enough?"
    if lines > _MOVED:
        return f"{lines} lines move in: should the client be closed apart?"
    return _PAUSES if isinstance(loan.first, Loop) and pauses(loan.first) else ""


def _in_lifespan(made: Building, chosen: accessor.Shared, file: File) -> Offer | None:
    """One client of those that only the handlers of an application use; others may run where it does not."""
    app = lifespan.app_of(file)
    if app is None:
        return None
    served = [(b, its) for b, its in chosen.alike if b.block and lifespan.serves(b.function, app, file)]
    if not any(b.site.call is made.site.call for b, _ in served):
        return None
    test = "and a test has to enter the lifespan"
    reason = f"one {made.client.short} {OF_APPLICATION}: requests share {_shares(made)}, {test}"
    ours = replace(chosen, alike=served)
    same = [s for s, client in built(file) if s.function is app.lifespan and client is made.client]
    if any(_given(s.call, file) == _given(made.site.call, file) for s in same):
        reason = f"{reason}; it opens one already: are they to be one?"
        return _offer(file, Safety.DISPLAY_ONLY, reason, lambda patch: lifespan.apply(patch, app, ours))
    return _offer(file, Safety.UNSAFE, reason, lambda patch: lifespan.apply(patch, app, ours))


def _given(call: Call, file: File) -> list[str]:
    return sorted(file.text(argument) for argument in call.arguments)


def _lazily(made: Building, chosen: accessor.Shared, file: File) -> Offer:
    if (other := accessor.beside(chosen, file)) is not None:
        reason = f"one {made.client.short} for the process, made with the module as its other one is: calls share"
        return _offer(file, Safety.UNSAFE, f"{reason} {_shares(made)}",
                      lambda patch: accessor.apply_beside(patch, chosen, other))
    who = "for each thread" if chosen.of_a_thread else "for the process"
    reason = f"one {made.client.short} {who}, made when it is first needed: calls share {_shares(made)}"
    safety = Safety.UNSAFE
    if made.client.is_async:
        reason += ", and it belongs to the event loop that first uses it"
        if not made.client.gc:
            safety, reason = Safety.DISPLAY_ONLY, f"{reason}; who closes it when the program ends?"
        elif not accessor.one_loop(file):
            safety, reason = Safety.DISPLAY_ONLY, f"{reason}; is there only one?"
    if safety is Safety.UNSAFE and any(_reads_cookies(b, file) for b, _ in chosen.alike):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {_COOKIES}"
    if safety is Safety.UNSAFE and chosen.of_a_thread:
        asked = "is it called so often that the connections of a thread pay, and may the calls share their cookies?"
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {asked}"
    if safety is Safety.UNSAFE and accessor.untyped(chosen, file):
        safety, reason = Safety.DISPLAY_ONLY, f"{reason}; {_UNTYPED}"
    return _offer(file, safety, reason, lambda patch: accessor.apply(patch, chosen))


def _kept_by_factory(finding: Finding, file: File) -> Offer | None:
    found = factory.at(file, finding.span)
    if found is None:
        return None
    reason = "the function keeps what it made: its callers share one, with its connections"
    if found.getter:
        reason = "the object keeps it after the first read: later reads share one, with its connections"
    return _offer(file, Safety.UNSAFE, reason, lambda patch: factory.keep(patch, found))
