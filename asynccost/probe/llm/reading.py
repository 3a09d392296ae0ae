"""What answers say of usage, format by format. Later words replace earlier ones: nothing is added up twice."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from asynccost.cost.models import Tokens

Json = dict[str, Any]
_CAPPED = {"length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "model_length"}


@dataclass(slots=True)
class Reading:
    """An answer so far. usage: the provider's own words; text: bytes of output, for an estimate; events: how many."""

    model: str = ""
    usage: Json = field(default_factory=dict)
    text: int = 0
    events: int = 0
    capped: bool = False
    known: bool = False  # whether anything of it is what a model answers


def take(wire: str, event: Json, reading: Reading) -> None:
    """Fold one JSON object of an answer into what is known."""
    reading.events += 1
    for part in (event, event.get("message"), event.get("response"), _first(event.get("choices"))):
        if isinstance(part, dict):
            _part(part, reading)
    if wire == "openai":
        _openai_text(event, reading)
    elif wire == "gemini":
        _candidate(event, reading)
    if wire in ("converse", "invoke") and isinstance(metrics := event.get("amazon-bedrock-invocationMetrics"), dict):
        _more(reading, {"inputTokens": metrics.get("inputTokenCount"), "outputTokens": metrics.get("outputTokenCount")})


def _part(part: Json, reading: Reading) -> None:
    name = part.get("model") or part.get("modelVersion")
    if isinstance(name, str):
        reading.model = name
    for key in ("usage", "usageMetadata", "x_groq", "meta", "delta"):
        if isinstance(found := part.get(key), dict):
            inner = found.get("usage") if key in ("x_groq", "delta") else found
            if isinstance(inner, dict):
                _more(reading, inner)
    if "eval_count" in part or "prompt_eval_count" in part:  # Ollama
        _more(reading, {k: part.get(k) for k in ("prompt_eval_count", "eval_count")})
    if "inputTextTokenCount" in part:  # Titan on Bedrock
        result = _first(part.get("results"))
        made = result.get("tokenCount") if isinstance(result, dict) else None
        _more(reading, {"inputTokens": part["inputTextTokenCount"], "outputTokens": made})
    if "prompt_token_count" in part or "generation_token_count" in part:  # Llama on Bedrock
        _more(reading, {k: part.get(k) for k in ("prompt_token_count", "generation_token_count")})
    ends = [part.get(k) for k in ("finish_reason", "stop_reason", "stopReason", "done_reason", "finishReason")]
    if isinstance(delta := part.get("delta"), dict):
        ends += [delta.get("stop_reason"), delta.get("finish_reason")]
    if isinstance(detail := part.get("incomplete_details"), dict):
        ends.append(detail.get("reason"))
    reading.capped = reading.capped or any(isinstance(e, str) and e in _CAPPED for e in ends)
    reading.known = reading.known or any(isinstance(e, str) for e in ends)


def _more(reading: Reading, usage: Json) -> None:
    counts = {k: v for k, v in usage.items() if v is not None}
    reading.usage |= counts
    reading.known = reading.known or bool(counts)


def _candidate(event: Json, reading: Reading) -> None:
    if isinstance(candidate := _first(event.get("candidates")), dict):
        reading.known = True
        reading.capped = reading.capped or candidate.get("finishReason") in _CAPPED


def _openai_text(event: Json, reading: Reading) -> None:
    """Bytes of output: the only format whose streams may come without usage."""
    choice = _first(event.get("choices"))
    if isinstance(choice, dict):
        reading.known = True
        said = choice.get("delta") or choice.get("message") or choice
        if isinstance(said, dict):
            reading.text += _size(said.get("content") or said.get("text"))
            reading.text += _size(said.get("reasoning_content")) + _size(said.get("tool_calls"))
    elif event.get("object") == "list" or isinstance(event.get("data"), list):
        reading.known = True  # embeddings


def tokens(reading: Reading, provider: str) -> Tokens | None:
    """The counts of the answer; None where it has none."""
    u = reading.usage
    if "prompt_tokens" in u or "completion_tokens" in u:
        return _chat(u, provider)
    if "promptTokenCount" in u or "totalTokenCount" in u:
        thoughts = _n(u, "thoughtsTokenCount")
        return Tokens(
            input=_n(u, "promptTokenCount") + _n(u, "toolUsePromptTokenCount"),
            cached=_n(u, "cachedContentTokenCount"),
            output=_n(u, "candidatesTokenCount") + thoughts,
            reasoning=thoughts,
        )
    if "inputTokens" in u or "outputTokens" in u:
        cached, written = _n(u, "cacheReadInputTokens"), _n(u, "cacheWriteInputTokens")
        hour = sum(_n(d, "inputTokens") for d in u.get("cacheDetails") or () if d.get("ttl") == "1h")
        return Tokens(_n(u, "inputTokens") + cached + written, cached, written, hour, _n(u, "outputTokens"))
    if isinstance(billed := u.get("billed_units"), dict):  # Cohere
        cached = _n(u, "cached_tokens")
        return Tokens(input=_n(billed, "input_tokens"), cached=cached, output=_n(billed, "output_tokens"))
    if "prompt_eval_count" in u or "eval_count" in u:
        return Tokens(input=_n(u, "prompt_eval_count"), output=_n(u, "eval_count"))
    if "prompt_token_count" in u or "generation_token_count" in u:
        return Tokens(input=_n(u, "prompt_token_count"), output=_n(u, "generation_token_count"))
    if "input_tokens" in u or "output_tokens" in u:
        return _responses(u) if "input_tokens_details" in u or "total_tokens" in u else _anthropic(u)
    return Tokens(input=_n(u, "total_tokens")) if "total_tokens" in u else None


def _chat(u: Json, provider: str) -> Tokens:
    asked, made = _inside(u, "prompt_tokens_details"), _inside(u, "completion_tokens_details")
    reasoning = _n(made, "reasoning_tokens") or _n(u, "reasoning_tokens")
    cached = _n(asked, "cached_tokens") or _n(u, "prompt_cache_hit_tokens") or _n(u, "cached_tokens")
    apart = reasoning if provider in ("x-ai", "perplexity") else 0  # they count it beside the completion, not in it
    return Tokens(
        input=_n(u, "prompt_tokens"),
        cached=cached,
        written=_n(asked, "cache_write_tokens"),
        output=_n(u, "completion_tokens") + apart,
        reasoning=reasoning,
    )


def _responses(u: Json) -> Tokens:
    asked = _inside(u, "input_tokens_details")
    return Tokens(
        input=_n(u, "input_tokens"),
        cached=_n(asked, "cached_tokens") or _n(asked, "cache_read_input_tokens"),
        written=_n(asked, "cache_write_tokens"),
        output=_n(u, "output_tokens"),
        reasoning=_n(_inside(u, "output_tokens_details"), "reasoning_tokens"),
    )


def _anthropic(u: Json) -> Tokens:
    """`input_tokens` leaves out what was read from the cache and what was written to it."""
    cached, written = _n(u, "cache_read_input_tokens"), _n(u, "cache_creation_input_tokens")
    return Tokens(
        input=_n(u, "input_tokens") + cached + written,
        cached=cached,
        written=written,
        written_1h=_n(_inside(u, "cache_creation"), "ephemeral_1h_input_tokens"),
        output=_n(u, "output_tokens"),
        reasoning=_n(_inside(u, "output_tokens_details"), "thinking_tokens"),
    )


def _n(counts: Json, name: str) -> int:
    value = counts.get(name)
    return int(value) if isinstance(value, (int, float)) and value > 0 else 0


def _inside(counts: Json, name: str) -> Json:
    value = counts.get(name)
    return value if isinstance(value, dict) else {}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else None


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "replace"))
    inner = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
    return sum(map(_size, inner))
