"""Answers of model providers as they come over the wire, and what each used; written by hand after their docs."""

import base64
import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asynccost.cost.models import Tokens

Json = dict[str, Any]
ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "SECRET question"}], "max_tokens": 50}
CLAUDE = {**ASK, "model": "claude-sonnet-4-5"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One call: where it goes, what it says, what comes back, and the usage that must be read."""

    name: str
    url: tuple[str, str]
    asked: Json
    body: bytes
    provider: str
    model: str
    tokens: Tokens
    operation: str = "chat"
    cap: int = 50
    capped: bool = False
    items: int = 1


def sse(*events: Json, named: bool = False, done: bool = False) -> bytes:
    """Server-sent events."""
    text = "".join((f"event: {e['type']}\n" if named else "") + f"data: {json.dumps(e)}\n\n" for e in events)
    return (text + ("data: [DONE]\n\n" if done else "")).encode()


def event_stream(*events: Json, wrapped: bool = False) -> bytes:
    """Frames of `application/vnd.amazon.eventstream`."""
    out = b""
    for event in events:
        payload = json.dumps(event).encode()
        if wrapped:
            payload = json.dumps({"bytes": base64.b64encode(payload).decode()}).encode()
        name, kind = b":event-type", b"chunk"
        headers = bytes([len(name)]) + name + b"\x07" + struct.pack(">H", len(kind)) + kind
        prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
        frame = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
        out += frame + struct.pack(">I", zlib.crc32(frame))
    return out


def dumped(value: Any) -> bytes:
    """JSON."""
    return json.dumps(value).encode()


def _delta(text: str, **more: Any) -> Json:
    return {"model": "gpt-4o-2024-08-06", "choices": [{"index": 0, "delta": {"content": text}, **more}]}


def _made(text: str = "SECRET answer", end: str = "stop") -> list[Json]:
    return [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": end}]


_CHAT_USAGE = {
    "prompt_tokens": 2006,
    "completion_tokens": 300,
    "total_tokens": 2306,
    "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 64},
}
_CLAUDE_USAGE = {
    "input_tokens": 50,
    "cache_creation_input_tokens": 248,
    "cache_read_input_tokens": 1800,
    "cache_creation": {"ephemeral_5m_input_tokens": 200, "ephemeral_1h_input_tokens": 48},
    "output_tokens": 503,
}
_CLAUDE_TOKENS = Tokens(2098, 1800, 248, 48, 503)
_CONVERSE_USAGE = {"inputTokens": 30, "cacheReadInputTokens": 1000, "cacheWriteInputTokens": 0, "outputTokens": 628}
BEDROCK = "https://bedrock-runtime.us-east-1.amazonaws.com"
SONNET = "anthropic.claude-3-5-sonnet-20240620-v1:0"

ANSWERS: Sequence[Answer] = (
    Answer(
        "openai chat", ("https://api.openai.com", "/v1/chat/completions"), ASK,
        dumped({"model": "gpt-4o-2024-08-06", "choices": _made(end="length"), "usage": _CHAT_USAGE}),
        "openai", "gpt-4o-2024-08-06", Tokens(2006, 1920, 0, 0, 300, 64), capped=True,
    ),
    Answer(
        "openai chat stream", ("https://api.openai.com:443", "/v1/chat/completions?x=1"),
        {**ASK, "stream": True, "stream_options": {"include_usage": True}},
        sse(_delta("SEC"), _delta("RET"), _delta("", finish_reason="stop"),
            {"model": "gpt-4o-2024-08-06", "choices": [], "usage": _CHAT_USAGE}, done=True),
        "openai", "gpt-4o-2024-08-06", Tokens(2006, 1920, 0, 0, 300, 64),
    ),
    Answer(
        "openai responses", ("https://api.openai.com", "/v1/responses"),
        {"model": "gpt-5.6-sol", "input": "SECRET", "max_output_tokens": 50},
        dumped({"model": "gpt-5.6-sol", "incomplete_details": {"reason": "max_output_tokens"}, "output": [], "usage": {
            "input_tokens": 3000, "input_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 1900},
            "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 50}, "total_tokens": 3050}}),
        "openai", "gpt-5.6-sol", Tokens(3000, 1024, 1900, 0, 50, 50), capped=True,
    ),
    Answer(
        "openai responses stream", ("https://api.openai.com", "/v1/responses"),
        {"model": "gpt-5.2", "input": [{"role": "user", "content": "SECRET"}], "stream": True},
        sse({"type": "response.created", "response": {"model": "gpt-5.2", "usage": None}},
            {"type": "response.output_text.delta", "delta": "SECRET"},
            {"type": "response.completed", "response": {"model": "gpt-5.2", "usage": {
                "input_tokens": 40, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 49}}}, named=True),
        "openai", "gpt-5.2", Tokens(40, 0, 0, 0, 9), cap=0,
    ),
    Answer(
        "openai embeddings", ("https://api.openai.com", "/v1/embeddings"),
        {"model": "text-embedding-3-small", "input": ["SECRET"] * 3},
        dumped({"object": "list", "data": [{"embedding": [0.125] * 1536}] * 3, "model": "text-embedding-3-small",
                "usage": {"prompt_tokens": 12, "total_tokens": 12}}),
        "openai", "text-embedding-3-small", Tokens(12), operation="embedding", cap=0, items=3,
    ),
    Answer(
        "openai embeddings, larger than what is kept", ("https://api.openai.com", "/v1/embeddings"),
        {"model": "text-embedding-3-large", "input": ["SECRET"] * 50},
        dumped({"object": "list", "data": [{"embedding": [0.125] * 3072}] * 50, "model": "text-embedding-3-large",
                "usage": {"prompt_tokens": 200, "total_tokens": 200}}),
        "openai", "text-embedding-3-large", Tokens(200), operation="embedding", cap=0, items=50,
    ),
    Answer(
        "azure", ("https://mine.openai.azure.com", "/openai/deployments/my-deployment/chat/completions"),
        {k: v for k, v in ASK.items() if k != "model"},
        dumped({"model": "gpt-4o-mini", "choices": _made(), "usage": _CHAT_USAGE}),
        "azure", "gpt-4o-mini", Tokens(2006, 1920, 0, 0, 300, 64),
    ),
    Answer(
        "anthropic", ("https://api.anthropic.com", "/v1/messages"), CLAUDE,
        dumped({"type": "message", "model": "claude-sonnet-4-5-20250929", "stop_reason": "max_tokens",
                "usage": _CLAUDE_USAGE}),
        "anthropic", "claude-sonnet-4-5-20250929", _CLAUDE_TOKENS, capped=True,
    ),
    Answer(
        "anthropic stream", ("https://api.anthropic.com", "/v1/messages"), {**CLAUDE, "stream": True},
        sse({"type": "message_start", "message": {"model": "claude-sonnet-4-5-20250929",
                                                  "usage": {**_CLAUDE_USAGE, "output_tokens": 1}}},
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "SECRET"}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 200}},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 503}},
            {"type": "message_stop"}, named=True),
        "anthropic", "claude-sonnet-4-5-20250929", _CLAUDE_TOKENS,
    ),
    Answer(
        "gemini", ("https://generativelanguage.googleapis.com", "/v1beta/models/gemini-2.5-pro:generateContent"),
        {"contents": [{"parts": [{"text": "SECRET"}]}], "generationConfig": {"maxOutputTokens": 50}},
        dumped({"candidates": [{"finishReason": "MAX_TOKENS"}], "modelVersion": "gemini-2.5-pro", "usageMetadata": {
            "promptTokenCount": 250_000, "cachedContentTokenCount": 4096, "candidatesTokenCount": 20,
            "thoughtsTokenCount": 30, "totalTokenCount": 250_050}}),
        "google", "gemini-2.5-pro", Tokens(250_000, 4096, 0, 0, 50, 30), capped=True,
    ),
    Answer(
        "gemini stream", ("https://aiplatform.googleapis.com",
                          "/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:streamGenerateContent"),
        {"contents": [{"parts": [{"text": "SECRET"}]}]},
        sse({"candidates": [{}], "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12}},
            {"candidates": [{"finishReason": "STOP"}],
             "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 8, "totalTokenCount": 20}}),
        "google", "gemini-2.5-flash", Tokens(12, 0, 0, 0, 8), cap=0,
    ),
    Answer(
        "gemini stream as a list", ("https://generativelanguage.googleapis.com",
                                    "/v1beta/models/gemini-2.5-flash:streamGenerateContent"),
        {"contents": [{"parts": [{"text": "SECRET"}]}]},
        dumped([{"candidates": [{}], "usageMetadata": {"promptTokenCount": 12, "totalTokenCount": 12}},
                {"candidates": [{}], "usageMetadata": {"promptTokenCount": 12, "candidatesTokenCount": 8}}]),
        "google", "gemini-2.5-flash", Tokens(12, 0, 0, 0, 8), cap=0,
    ),
    Answer(
        "bedrock converse", (BEDROCK, f"/model/{SONNET.replace(':', '%3A')}/converse"),
        {"messages": [{"role": "user", "content": [{"text": "SECRET"}]}], "inferenceConfig": {"maxTokens": 50}},
        dumped({"stopReason": "end_turn", "usage": {**_CONVERSE_USAGE, "totalTokens": 1658}}),
        "aws", SONNET, Tokens(1030, 1000, 0, 0, 628),
    ),
    Answer(
        "bedrock converse stream", (BEDROCK, f"/model/{SONNET}/converse-stream"),
        {"messages": [{"role": "user", "content": [{"text": "SECRET"}]}], "inferenceConfig": {"maxTokens": 50}},
        event_stream({"role": "assistant"}, {"contentBlockIndex": 0, "delta": {"text": "SECRET"}},
                     {"stopReason": "max_tokens"}, {"usage": _CONVERSE_USAGE, "metrics": {"latencyMs": 9}}),
        "aws", SONNET, Tokens(1030, 1000, 0, 0, 628), capped=True,
    ),
    Answer(
        "bedrock invoke stream", (BEDROCK, f"/model/{SONNET}/invoke-with-response-stream"),
        {"anthropic_version": "bedrock-2023-05-31", "messages": CLAUDE["messages"], "max_tokens": 50},
        event_stream({"type": "message_start", "message": {"usage": {**_CLAUDE_USAGE, "output_tokens": 1}}},
                     {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 503}},
                     {"type": "message_stop", "amazon-bedrock-invocationMetrics": {"invocationLatency": 9}},
                     wrapped=True),
        "aws", SONNET, _CLAUDE_TOKENS,
    ),
    Answer(
        "bedrock llama", (BEDROCK, "/model/meta.llama3-8b-instruct-v1%3A0/invoke"),
        {"prompt": "SECRET", "max_gen_len": 50},
        dumped({"generation": "SECRET", "prompt_token_count": 21, "generation_token_count": 50,
                "stop_reason": "length"}),
        "aws", "meta.llama3-8b-instruct-v1:0", Tokens(21, 0, 0, 0, 50), capped=True,
    ),
    Answer(
        "mistral stream", ("https://api.mistral.ai", "/v1/chat/completions"),
        {**ASK, "model": "mistral-large-latest", "stream": True},
        sse({"model": "mistral-large-latest", "choices": [{"delta": {"content": "SECRET"}}]},
            {"model": "mistral-large-latest", "choices": [{"delta": {"content": ""}, "finish_reason": "stop"}],
             "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}}, done=True),
        "mistral", "mistral-large-latest", Tokens(7, 0, 0, 0, 3),
    ),
    Answer(
        "cohere", ("https://api.cohere.com", "/v2/chat"), {**ASK, "model": "command-a-03-2025"},
        dumped({"finish_reason": "COMPLETE", "usage": {"billed_units": {"input_tokens": 17, "output_tokens": 12},
                                                       "tokens": {"input_tokens": 215, "output_tokens": 14}}}),
        "cohere", "command-a-03-2025", Tokens(17, 0, 0, 0, 12),
    ),
    Answer(
        "cohere stream", ("https://api.cohere.com", "/v2/chat"), {**ASK, "model": "command-a-03-2025", "stream": True},
        sse({"type": "content-delta", "delta": {"message": {"content": {"text": "SECRET"}}}},
            {"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": {
                "billed_units": {"input_tokens": 17, "output_tokens": 12}}}}, named=True, done=True),
        "cohere", "command-a-03-2025", Tokens(17, 0, 0, 0, 12),
    ),
    Answer(
        "cohere embed", ("https://api.cohere.com", "/v2/embed"),
        {"model": "embed-v4.0", "texts": ["SECRET", "SECRET"], "input_type": "search_document"},
        dumped({"embeddings": {"float": [[0.5]]}, "meta": {"billed_units": {"input_tokens": 6}}}),
        "cohere", "embed-v4.0", Tokens(6), operation="embedding", cap=0, items=2,
    ),
    Answer(
        "ollama stream", ("http://127.0.0.1:11434", "/api/chat"),
        {"model": "llama3.2", "messages": [{"role": "user", "content": "SECRET"}], "options": {"num_predict": 50}},
        b"".join(dumped(e) + b"\n" for e in (
            {"model": "llama3.2", "message": {"content": "SECRET"}, "done": False},
            {"model": "llama3.2", "done": True, "done_reason": "length", "prompt_eval_count": 26, "eval_count": 50})),
        "local", "llama3.2", Tokens(26, 0, 0, 0, 50), capped=True,
    ),
    Answer(
        "ollama generate", ("http://ollama:11434", "/api/generate"),
        {"model": "llama3.2", "prompt": "SECRET", "stream": False},
        dumped({"model": "llama3.2", "response": "SECRET", "done": True, "prompt_eval_count": 26, "eval_count": 290}),
        "local", "llama3.2", Tokens(26, 0, 0, 0, 290), operation="completion", cap=0,
    ),
    Answer(
        "vllm", ("http://10.0.0.7:8000", "/v1/chat/completions"), {**ASK, "model": "Qwen/Qwen3-8B"},
        dumped({"model": "Qwen/Qwen3-8B", "choices": _made(), "usage": {"prompt_tokens": 5, "completion_tokens": 6}}),
        "local", "Qwen/Qwen3-8B", Tokens(5, 0, 0, 0, 6),
    ),
    Answer(
        "a gateway of one's own", ("http://litellm:4000", "/v1/chat/completions"), {**ASK, "model": "openai/gpt-4o"},
        dumped({"model": "gpt-4o", "choices": _made(), "usage": {"prompt_tokens": 5, "completion_tokens": 6}}),
        "openai", "gpt-4o", Tokens(5, 0, 0, 0, 6),
    ),
    Answer(
        "xai", ("https://api.x.ai", "/v1/chat/completions"), {**ASK, "model": "grok-4"},
        dumped({"model": "grok-4", "choices": _made(), "usage": {
            "prompt_tokens": 32, "completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 170}}}),
        "x-ai", "grok-4", Tokens(32, 0, 0, 0, 179, 170),
    ),
)  # fmt: skip
