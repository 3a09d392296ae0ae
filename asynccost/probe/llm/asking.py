"""What a request asks of a model: limits, counts, and its prompt in the order in which providers cache it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asynccost.probe.llm.calls import Call

LARGEST = 8 << 20  # bytes of a request that are still read
_CAPS = ("max_completion_tokens", "max_output_tokens", "max_tokens", "max_gen_len", "maxTokens", "maxOutputTokens")
_NOT_ASKED = ("stream", "stream_options", "user", "metadata", "safety_identifier", "prompt_cache_key", "keep_alive")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as far as its cost goes. prompt and body are bytes to be hashed and then dropped."""

    model: str = ""
    cap: int = 0
    items: int = 1
    prompt: bytes = b""
    body: bytes = b""
    sampled: bool = True
    counts: bool = True  # whether the answer will carry its usage


def read(call: Call, body: bytes) -> Asked | None:
    """The request; None where it is no model call after all."""
    if len(body) > LARGEST:
        return Asked(call.model, body=body)
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict) or not _PROMPTS[call.wire](asked):
        return None
    options = _options(asked)
    temperature, top = options.get("temperature"), options.get("top_p")
    streams = asked.get("stream") is True and call.wire == "openai" and call.operation != "embedding"
    counted = isinstance(wished := asked.get("stream_options"), dict) and wished.get("include_usage") is True
    return Asked(
        model=call.model or _text(asked.get("model")),
        cap=next((int(v) for k in _CAPS if isinstance(v := options.get(k), (int, float)) and v > 0), 0),
        items=_items(asked),
        prompt=b"\n".join(_bytes(part) for part in _PROMPTS[call.wire](asked)),
        body=_bytes({k: v for k, v in asked.items() if k not in _NOT_ASKED}),
        sampled=not (temperature == 0 or top == 0),
        counts=not streams or counted or call.provider == "mistral",
    )


def _options(asked: dict[str, Any]) -> dict[str, Any]:
    """A request with its nested options beside the others."""
    nested = [asked.get(k) for k in ("generationConfig", "inferenceConfig", "options", "textGenerationConfig")]
    flat = dict(asked)
    for options in nested:
        flat |= options if isinstance(options, dict) else {}
    if "num_predict" in flat:  # Ollama
        flat["max_tokens"] = flat["num_predict"]
    return flat


def _items(asked: dict[str, Any]) -> int:
    """How many texts an embedding sends; a list of numbers is one text, as tokens."""
    for name in ("input", "texts", "requests", "inputs"):
        if isinstance(many := asked.get(name), list) and many:
            return 1 if isinstance(many[0], int) else len(many)
    return 1


def _openai(asked: dict[str, Any]) -> list[Any]:
    messages = asked.get("messages")
    rest = messages if isinstance(messages, list) else [asked.get("prompt") or asked.get("input")]
    if rest == [None]:
        return []
    return [asked.get("tools"), asked.get("response_format"), *rest]


def _responses(asked: dict[str, Any]) -> list[Any]:
    given = asked.get("input")
    if given is None and "prompt" not in asked and "previous_response_id" not in asked:
        return []
    rest = given if isinstance(given, list) else [given]
    return [asked.get("tools"), asked.get("text"), asked.get("instructions"), *rest]


def _anthropic(asked: dict[str, Any]) -> list[Any]:
    messages = asked.get("messages")
    return [asked.get("tools"), asked.get("system"), *messages] if isinstance(messages, list) else []


def _gemini(asked: dict[str, Any]) -> list[Any]:
    contents = asked.get("contents") or asked.get("content") or asked.get("requests")
    rest = contents if isinstance(contents, list) else [contents]
    if rest == [None]:
        return []
    return [asked.get("systemInstruction") or asked.get("system_instruction"), asked.get("tools"), *rest]


def _converse(asked: dict[str, Any]) -> list[Any]:
    messages = asked.get("messages")
    return [asked.get("toolConfig"), asked.get("system"), *messages] if isinstance(messages, list) else []


def _invoke(asked: dict[str, Any]) -> list[Any]:
    """Any model's own body."""
    return _anthropic(asked) or [v for k, v in asked.items() if k in ("prompt", "inputText", "texts", "inputs")]


def _cohere(asked: dict[str, Any]) -> list[Any]:
    messages = asked.get("messages") or asked.get("chat_history") or []
    rest = [*messages, asked.get("message") or asked.get("texts") or asked.get("inputs") or asked.get("images")]
    return [asked.get("tools"), asked.get("preamble"), asked.get("documents"), *rest] if any(rest) else []


def _ollama(asked: dict[str, Any]) -> list[Any]:
    if not isinstance(asked.get("model"), str):
        return []
    messages = asked.get("messages")
    rest = messages if isinstance(messages, list) else [asked.get("prompt") or asked.get("input")]
    return [asked.get("tools"), asked.get("system"), *rest]


_PROMPTS = {
    "openai": _openai,
    "responses": _responses,
    "anthropic": _anthropic,
    "gemini": _gemini,
    "converse": _converse,
    "invoke": _invoke,
    "cohere": _cohere,
    "ollama": _ollama,
}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bytes(part: Any) -> bytes:
    return b"" if part is None else json.dumps(part, ensure_ascii=False, sort_keys=False).encode("utf-8", "replace")
