"""Follows one answer of a model and says at its end what it used; keeps no text of it."""

from __future__ import annotations

import json
import re
from time import monotonic
from typing import TYPE_CHECKING

from asynccost.cost import models
from asynccost.cost.models import Tokens
from asynccost.probe.llm import reading
from asynccost.probe.llm.calls import Call, served_by
from asynccost.probe.llm.frames import Frames, frames
from asynccost.probe.llm.prompts import terms
from asynccost.probe.llm.unpacking import ENOUGH, Unpack, UnreadableError, unpacker
from asynccost.probe.llm.usage import Usage

if TYPE_CHECKING:
    from asynccost.probe.llm.asking import Asked
    from asynccost.probe.llm.prompts import Prompts, Seen

BYTES = 4  # of text a token, roughly, in English
_TELLING = re.compile(
    rb'[uU]sage|stop_?[rR]eason"?:\s*"|finish_?[rR]eason":\s*"|"done"\s*:\s*true|_count"|invocationMetrics'
)
_BROKE_OFF = "the answer ended before its usage came"
_NOT_ASKED = "the stream was not asked for its usage (stream_options.include_usage)"


class Meter:
    """feed() every chunk of the body, compressed or not, then end() once. Neither raises on what a server sends."""

    def __init__(self, call: Call, asked: Asked, seen: Seen) -> None:
        self._call, self._asked, self._seen = call, asked, seen
        self.asks = served_by(call.provider, asked.model)  # provider and model, as far as the request says
        self._reading = reading.Reading()
        self._unpack: Unpack | None = None
        self._frames: Frames | None = None
        self._packed = self._plain = b""  # too little yet to tell what it is
        self._unread = ""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        if not self._unread:
            self._packed += chunk
            if len(self._packed) >= ENOUGH or self._unpack:
                self._advance()

    def _advance(self, *, ended: bool = False) -> None:
        try:
            self._unpack = self._unpack or unpacker(self._packed)
            self._plain += self._unpack(self._packed)
        except UnreadableError as reason:
            self._unread = str(reason)
        self._packed = b""
        if self._unread or (len(self._plain) < ENOUGH and not self._frames and not ended):
            return
        self._frames = self._frames or frames(self._plain, self._call.wire)
        for text in self._frames.feed(self._plain):
            self._take(text)
        self._plain = b""

    def end(self, status: int) -> Usage | None:
        """What the call used; None where the answer is no model's. status: 0 where none came."""
        if not self._unread:
            self._advance(ended=True)
        for text in self._frames.end() if self._frames else ():
            self._take(text)
        counted = reading.tokens(self._reading, self._call.provider)
        if status >= 400 or status == 0:
            return self._usage(counted or Tokens(), "", status)
        if self._call.operation == "moderation":
            counted = counted or Tokens()  # nobody charges for it
        if counted is None and not (self._reading.known or self._unread or self._call.provider not in ("", "local")):
            return None
        return self._usage(counted or self._guess(), "" if counted else self._why(), status)

    def _take(self, text: bytes) -> None:
        """Parse one JSON text, unless it can only hold words of an answer whose usage is yet to come."""
        told = self._asked.counts and self._reading.events > 0
        if told and not _TELLING.search(text):
            self._reading.events += 1
            return
        try:
            event = json.loads(text)
        except ValueError:
            return
        if isinstance(event, dict):
            reading.take(self._call.wire, event, self._reading)

    def _usage(self, tokens: Tokens, estimated: str, status: int) -> Usage:
        call, asked = self._call, self._asked
        model = self._reading.model if call.operation != "embedding" and self._reading.model else asked.model
        provider, model = served_by(call.provider, model or self._reading.model)
        prices = models.find(provider, model)
        if prices is None and asked.model and (prices := models.find(provider, asked.model)):
            model = asked.model
        kept = terms(provider, model)
        return Usage(
            provider=provider,
            model=model,
            operation=call.operation,
            tokens=tokens,
            tier=prices.of(tokens).above if prices else 0,
            estimated=estimated,
            status=status,
            cap=asked.cap,
            capped=self._reading.capped,
            items=asked.items,
            eligible=kept.whole(self._seen.common * tokens.input),
            near=self._seen.near,
            same=self._seen.same,
            sampled=asked.sampled,
        )

    def _guess(self) -> Tokens:
        output = self._reading.text // BYTES or self._reading.events
        if self._call.operation == "embedding":
            output = 0
        return Tokens(input=len(self._asked.prompt) // BYTES, output=output)

    def _why(self) -> str:
        if self._unread:
            return self._unread
        return _BROKE_OFF if self._asked.counts else _NOT_ASKED


def meter(call: Call, asked: Asked, memory: Prompts, key: bytes) -> Meter:
    """Begin to follow a call, and remember its prompt by hashes."""
    provider, model = served_by(call.provider, asked.model)
    who = f"{provider} {model}".encode()
    kept = terms(provider, model).seconds
    return Meter(call, asked, memory.look(who, asked.prompt, asked.body, key, monotonic(), kept))
