"""How long an answer may well take: what is asked of a model, or moves a file, is not there in half a minute."""

import re

from asynccost.flow.file import File, Site

USUAL, LONG = 30, 300  # seconds; the longer one is what aiohttp grants a whole answer by default

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SERVICES = (  # whose every answer is a model's
    "openai|anthropic|claude|gemini|mistral|ollama|groq|cohere|llms?|gpt|dify|flowise|langflow|n8n|typebot|kobold|comfy"
    "|wenxin|ernie|qwen|dashscope|zhipu|doubao|moonshot|deepseek|minimax|hunyuan|xinference|replicate|huggingface|whisper|tts|stt|diffusion|embeddings?|inference|transcri\\w+|speech"
)
_WORK = (
    "completions?|chats?|answers?|ask|questions?|conversations?|sql|execute|jobs?|workflows?|analy[sz]e|generate|generation|predict|prompts?|messages/stream|agents?|assistants?|summari[sz]e|translate|rerank"
    "|synthesi[sz]e|captions?|txt2img|img2img|upload|download|files?|form data|formdata|multipart|arraybuffer|blob|zip"
    "|video|audio|media|attachment|backup|export|import|ingest|deploy|convert|crawl|scrape|train|render|cognify"
)
_SAYS_SERVICE = re.compile(rf"(?<![a-z])(?:{_SERVICES})(?![a-z])")
_SAYS_WORK = re.compile(rf"(?<![a-z])(?:{_SERVICES}|{_WORK})(?![a-z])")

_ANY = re.compile(  # a method for whatever its callers send
    r"(?:(?:post|put|patch|request|send|call|make|do|api|http|async|json)(?: |$))+"
)


def seconds_for(site: Site, file: File) -> int:
    """A bound for the wait of a request, in seconds, by what its own text, its function and its file speak of."""
    call = _plain(file.text(site.call))
    around = _plain(f"{'/'.join(file.path.split('/')[-2:])} {site.function.qualname}")
    if site.function.owner is not None and _ANY.fullmatch(_plain(site.function.name).strip()):
        return LONG
    return LONG if _SAYS_WORK.search(call) or _SAYS_SERVICE.search(around) else USUAL


def _plain(text: str) -> str:
    """Words apart and in small letters: `generateText_now` -> "generate text now"."""
    return _CAMEL.sub(" ", text).replace("_", " ").lower()
