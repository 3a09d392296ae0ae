"""What is read from model calls on the wire: providers, streams, compression, prompts seen before, and no text kept."""

import gc
import gzip
import json
import random
import zlib
from typing import Any

import pytest

from asynccost.cost.models import Tokens
from asynccost.probe.llm import prompts, watch
from asynccost.probe.llm.asking import Asked, read
from asynccost.probe.llm.calls import recognise
from asynccost.probe.llm.meter import Meter, meter
from asynccost.probe.llm.usage import Usage
from tests.llm_answers import ANSWERS, ASK, Answer, dumped, sse

KEY = b"k" * 16
OPENAI = ("https://api.openai.com", "/v1/chat/completions")


def used(answer: Answer, body: bytes, size: int) -> Usage | None:
    """The usage that is read from a body that comes in chunks of a size."""
    one = watch(*answer.url, dumped(answer.asked), KEY)
    assert one
    for start in range(0, len(body), size):
        one.feed(body[start : start + size])
    return one.end(200)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.name)
def test_what_a_provider_says_is_read(answer: Answer) -> None:
    """Whole or in pieces of any size, plain or compressed, the same numbers."""
    whole = len(answer.body) > 100_000
    bodies = (answer.body, gzip.compress(answer.body), zlib.compress(answer.body))
    sizes = (1 << 20, random.Random(answer.name).randrange(500, 900) if whole else 7)
    for found in (used(answer, body, size) for body in bodies for size in sizes):
        assert found
        assert (found.provider, found.model, found.operation) == (answer.provider, answer.model, answer.operation)
        assert found.tokens == answer.tokens
        assert (found.cap, found.capped, found.items) == (answer.cap, answer.capped, answer.items)
        assert found.estimated == ""


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.name)
def test_an_answer_that_breaks_off_is_said_to(answer: Answer) -> None:
    """Half of it: never an exception; an estimate says that it is one."""
    found = used(answer, answer.body[: len(answer.body) // 4], 64)
    if found and found.provider != "local" and found.tokens.output == 0 and found.operation != "embedding":
        assert found.estimated or found.tokens.input


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b"{", b"null", b"\x00" * 64, b"\xff\xfe" * 40, b"data: x\n\n"]
)
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda a: a.name)
def test_nothing_that_comes_back_can_hurt(answer: Answer, body: bytes) -> None:
    """Whatever a server sends, an estimate or nothing."""
    found = used(answer, body, 5)
    assert found is None or found.estimated


def test_what_can_be_added_up() -> None:
    """Tokens by name, dearer ones apart; a repeat's tokens once more."""
    tokens = Tokens(input=300_000, output=5)
    usage = Usage("google", "gemini-2.5-pro", "chat", tokens, tier=200_000, same=True, sampled=False)
    assert usage.counts() == {
        "input@200000": 300_000,
        "output@200000": 5,
        "same_input@200000": 300_000,
        "same_output@200000": 5,
        "same": 1,
        "chosen": 1,
        "uncapped": 1,
    }


def test_a_refused_call_uses_nothing() -> None:
    """An error costs no tokens, and its status is kept."""
    one = watch(*OPENAI, dumped(ASK), KEY)
    assert one
    one.feed(dumped({"error": {"message": "slow down"}}))
    found = one.end(429)
    assert found
    assert (found.status, found.tokens.input, found.estimated) == (429, 0, "")


def test_a_stream_without_usage_is_an_estimate() -> None:
    """OpenAI tells only who asks: four bytes a token, and it says so."""
    one = watch(*OPENAI, dumped({**ASK, "stream": True}), KEY)
    assert one
    one.feed(sse(*({"choices": [{"delta": {"content": "four" * 5}}]} for _ in range(20)), done=True))
    found = one.end(200)
    assert found
    assert found.tokens.output == 100
    assert "include_usage" in found.estimated


def test_an_encoding_that_nobody_can_read_is_said() -> None:
    """Brotli or zstd without the library that reads them."""
    one = watch(*OPENAI, dumped(ASK), KEY)
    assert one
    one.feed(b"\x28\xb5\x2f\xfd" + bytes(range(60)))
    found = one.end(200)
    assert found
    assert "zstd" in found.estimated


@pytest.mark.parametrize(
    ("origin", "path"),
    [
        ("https://example.org", "/api/v1/messages/12"),
        ("https://example.org", "/chat"),
        ("https://example.org", "/generate"),
        ("https://example.org", "/"),
        ("https://example.org", "/files/a:b"),
    ],
)
def test_other_requests_are_no_model_calls(origin: str, path: str) -> None:
    """An application's own routes."""
    assert recognise(origin, path) is None


def test_a_route_of_an_application_that_looks_like_one() -> None:
    """/messages with another body is none; /v1/messages that answers something else ends as none."""
    assert watch("https://chat.example.org", "/v1/messages", b'{"text": "hello"}', KEY) is None
    one = watch("https://chat.example.org", "/v1/messages", b'{"messages": ["hello"]}', KEY)
    assert one
    one.feed(b'{"delivered": true, "to": "everybody"}')
    assert one.end(200) is None


def follow(memory: prompts.Prompts, messages: list[dict[str, Any]], tokens: int, cached: int = 0) -> Usage:
    """One call with these messages, whose answer counts so many tokens of input."""
    body = dumped({"model": "gpt-4o", "messages": messages})
    call = recognise(*OPENAI)
    assert call
    asked = read(call, body)
    assert asked
    one = meter(call, asked, memory, KEY)
    usage = {"prompt_tokens": tokens, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": cached}}
    one.feed(dumped({"model": "gpt-4o", "choices": [{}], "usage": usage}))
    found = one.end(200)
    assert found
    return found


def said(system: str, user: str) -> list[dict[str, Any]]:
    """Two messages."""
    return [{"role": "system", "content": system}, {"role": "user", "content": user}]


def test_the_common_prefix_of_an_earlier_prompt_is_eligible() -> None:
    """In steps of 128 tokens from 1,024 on; text that differs at the start leaves nothing."""
    memory = prompts.Prompts()
    long, tokens = "static words " * 800, 2600  # 10,400 bytes
    assert follow(memory, said(long, "one"), tokens).eligible == 0
    second = follow(memory, said(long, "another"), tokens)
    assert second.eligible == 2560
    assert second.eligible % 128 == 0
    assert follow(memory, said("at 12:00 " + long, "one"), tokens).eligible == 0
    assert follow(prompts.Prompts(), said("short", "one"), 9).eligible == 0
    memory = prompts.Prompts()
    assert [follow(memory, said("short", "x"), 9).eligible for _ in range(2)] == [0, 0]


def test_prompts_that_repeat_are_told_apart_from_those_that_nearly_do() -> None:
    """The same request, and one that differs in a date and an identifier alone."""
    memory = prompts.Prompts()
    first = follow(memory, said("Today is 2026-11-25", "What is due?"), 20)
    again = follow(memory, said("Today is 2026-11-25", "What is due?"), 20)
    near = follow(memory, said("Today is 2026-11-26", "What is due?"), 20)
    other = follow(memory, said("Today is 2026-11-26", "Who is there?"), 20)
    assert [(u.same, u.near) for u in (first, again, near, other)] == [
        (False, False),
        (True, False),
        (False, True),
        (False, False),
    ]


def test_what_is_kept_runs_out() -> None:
    """A prefix that nobody used for its time to live is as good as new."""
    memory = prompts.Prompts()
    prompt = b"static " * 1000
    seen = [memory.look(b"m", prompt, prompt, KEY, now, kept=300) for now in (0.0, 200.0, 400.0, 800.0)]
    assert [s.common for s in seen] == [0.0, 1.0, 1.0, 0.0]
    assert [s.same for s in seen] == [False, True, True, True]


def test_the_memory_is_bounded_and_holds_no_text() -> None:
    """Numbers alone, 50,000 at the most; a meter lets go of its bodies."""
    memory = prompts.Prompts()
    for number in range(15):
        memory.look(b"m", b"%d " % number * 600_000, b"", KEY, number, 300)
    assert len(memory._prefixes) <= prompts.MOST
    assert all(isinstance(link, int) for link in memory._prefixes)

    answer = ANSWERS[1]
    one = watch(*answer.url, dumped(answer.asked), KEY)
    assert one
    one.feed(answer.body)
    one.end(200)
    assert not any(b"SECRET" in held for held in _bytes(one))


def _bytes(one: Meter) -> list[bytes]:
    """Every bytes or str object that a meter can still reach, but for the request that it was made with."""
    asked = next(o for o in gc.get_referents(one) if isinstance(o, Asked))
    found, seen, todo = [], {id(asked), id(Asked), id(Meter)}, list(gc.get_referents(one))
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, type) or callable(thing):
            continue
        seen.add(id(thing))
        if isinstance(thing, (bytes, str)):
            found.append(thing.encode() if isinstance(thing, str) else thing)
        else:
            todo += gc.get_referents(thing)
    return found


def test_an_answer_is_parsed_by_its_words_alone() -> None:
    """The request's own fields are read whatever their order."""
    call = recognise(*OPENAI)
    assert call
    asked = read(call, json.dumps({"temperature": 0, "messages": [], "n": 1, "model": "gpt-4o"}).encode())
    assert asked
    assert asked.model == "gpt-4o"
    assert not asked.sampled
