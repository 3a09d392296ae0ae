"""The paths of model calls. Every request that sends something is asked, so that this loads nothing else.

The rest of asynccost/probe/llm takes milliseconds to import: most programs, and most test suites, never need it.
"""

# The last part of a path -> the format of the answer, and what is asked for.
ENDS = {
    "completions": ("openai", "completion"),  # chat/completions is told apart below
    "embeddings": ("openai", "embedding"),
    "moderations": ("openai", "moderation"),
    "responses": ("responses", "chat"),
    "messages": ("anthropic", "chat"),
    "converse": ("converse", "chat"),
    "converse-stream": ("converse", "chat"),
    "invoke": ("invoke", "chat"),
    "invoke-with-response-stream": ("invoke", "chat"),
    "chat": ("cohere", "chat"),
    "embed": ("cohere", "embedding"),
    "generate": ("ollama", "completion"),
}
VERBS = {
    "generateContent": ("gemini", "chat"),
    "streamGenerateContent": ("gemini", "chat"),
    "embedContent": ("gemini", "embedding"),
    "batchEmbedContents": ("gemini", "embedding"),
    "rawPredict": ("anthropic", "chat"),
    "streamRawPredict": ("anthropic", "chat"),
}


def may_be(path: str) -> bool:
    """Whether a request for this path may be a model call; path: without its query."""
    end = path[path.rfind("/") + 1 :]
    return end in ENDS or (":" in end and end[end.rfind(":") + 1 :] in VERBS)
