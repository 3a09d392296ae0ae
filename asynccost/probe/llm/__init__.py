"""Model calls as they pass over the wire, whichever SDK makes them; see `watch`."""

from __future__ import annotations

from asynccost.probe.llm.asking import read
from asynccost.probe.llm.calls import recognise
from asynccost.probe.llm.meter import Meter, meter
from asynccost.probe.llm.prompts import Prompts

_MEMORY = Prompts()


def watch(origin: str, path: str, request_body: bytes, key: bytes) -> Meter | None:
    """A meter for the answer if this request is a model call, else None, which takes under a microsecond.

    origin: `https://host:port`; path: with or without its query; request_body: as sent, not compressed; key: of this
    run, for the hashes by which prompts are remembered. No text outlives the call.
    """
    path = path.partition("?")[0]
    call = recognise(origin, path)
    asked = read(call, request_body) if call else None
    return meter(call, asked, _MEMORY, key) if call and asked else None
