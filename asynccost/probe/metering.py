"""Model calls: the meter of asynccost/probe/llm follows an answer's chunks, and what it says goes into a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asynccost.cost import models
from asynccost.probe.llm import watch as model_call
from asynccost.probe.on import ON
from asynccost.probe.recorder import STEP, Recorder
from asynccost.probe.rows import Calls, Tokens

if TYPE_CHECKING:
    from asynccost.probe.llm.meter import Meter

_followed: dict[int, Meter] = {}  # by the object of its library that the chunks pass through
MOST = 10_000


def watch(recorder: Recorder, row: Calls, url_path: str, body: object) -> Meter | None:
    """The meter of a model call; None for any other request."""
    if not isinstance(body, bytes | str) or not body:
        return None
    text = body.encode() if isinstance(body, str) else body
    return model_call(row.origin, url_path, text, recorder.key)


def prepare() -> None:
    """Read the price tables, whose steps tell tokens of large requests apart."""
    for provider in ("openai", "anthropic"):
        models.find(provider, "")


def check(recorder: Recorder, request: Any) -> None:
    """Raise CostLimitExceeded where a limit of the user's refuses this model call; see limits.py."""
    for limit in ON.limits:
        waited = limit.check(recorder, request.spot, request.meter)
        if waited:
            request.started += waited
            if ON.pulses is not None:
                ON.pulses.forgive(waited)


def follow(request: Any, through: object) -> None:
    """Feed what passes through this object to the request's meter."""
    if len(_followed) >= MOST:
        _followed.clear()
    _followed[id(through)] = request.meter
    request.through = id(through)


def follows(through: object) -> bool:
    """Whether a meter wants to see what passes."""
    return bool(_followed) and id(through) in _followed


def fed(through: object, chunk: bytes) -> None:
    """A chunk passes."""
    if _followed:
        meter = _followed.get(id(through))
        if meter is not None:
            meter.feed(bytes(chunk))


def done(through: int) -> None:
    """Nothing more passes."""
    _followed.pop(through, None)


def ended(recorder: Recorder, row: Calls, meter: Meter, status: int, seconds: float) -> None:
    """Add up what the call used."""
    usage = meter.end(max(status, 0))
    if usage is None:
        return
    key = row.place, row.client_place, row.origin, usage.provider, usage.model, usage.operation, STEP.get()
    tokens = recorder.row(Tokens, *key)
    for limit in ON.limits:
        limit.spend(usage)
    tokens.calls += 1
    tokens.estimated += bool(usage.estimated)
    tokens.seconds += seconds
    for name, n in usage.counts().items():
        tokens.counts[name] = tokens.counts.get(name, 0) + n
