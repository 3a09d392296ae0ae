"""How long an answer may well take: what is asked of a model, or moves a file, is not there in half a minute."""

import re

from asynccost.flow.file import File, Site

USUAL, LONG = 30, 300  # seconds; the longer one is what aiohttp grants a whole answer by default

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SERVICES = (  # whose every answer is a model's
    "openai|anthropic|claude|gemini|mistral|ollama|llama|vllm|sglang|groq|cohere|llms?|gpt|dify|flowise|langflow|n8n|typebot|kobold|comfy"
    "|unstructured|ocr|docling|tika|grobid|wenxin|ernie|qwen|dashscope|zhipu|doubao|moonshot|deepseek|minimax|hunyuan|xinference|replicate|huggingface|whisper|tts|stt|diffusion|embeddings?|inference|transcri\\w+|speech"
)
_WORK = (
    "completions?|logits|logprobs|chats?|answers?|ask|questions?|conversations?|sql|execute|jobs?|workflows?|analy[sz]e|generate|generation|predict|prompts?|messages/stream|agents?|assistants?|summari[sz]e|translate|rerank"
    "|synthesi[sz]e|captions?|txt2img|img2img|upload|download|files?|form data|formdata|multipart|arraybuffer|blob|zip"
    "|video|audio|media|attachment|backup|export|import|ingest|deploy|convert|crawl|scrape|train|render|cognify"
)
_SAYS_SERVICE = re.compile(rf"(?<![a-z])(?:{_SERVICES})(?![a-z])")
_SAYS_WORK = re.compile(rf"(?<![a-z])(?:{_SERVICES}|{_WORK})(?![a-z])")
_WORKS = re.compile(  # what a request that only reads may wait long for: not what it lists by the name of
    r"(?<![a-z])(?:completions?|generate|generation|predict|uploads?|downloads?|files?|arraybuffer|blob|zip|video|audio|media"
    r"|attachment|backup|export|import|ingest|convert|crawl|scrape|render|sql|execute|ask|prompt)(?![a-z])"
)
_READS = re.compile(r"[.:](?:get|head)$|^fetch$|^node-fetch:")
_OTHER_METHOD = re.compile(r"""method["']?\s*:\s*["'`]?(?!get|head)\w""", re.I)

_ANY = re.compile(  # a method for whatever its callers send
    r"(?:(?:post|put|patch|request|send|call|make|do|api|http|async|json)(?: |$))+"
)

_BESIDE = re.compile(  # says nothing of the work: whose repository it is, and what is told of the client
    r"(?i)github(?:usercontent)?\.com/[\w./-]*|(?:user|https?|proxy|tls|socks)[-_ ]?agents?\w*"
    r"|\bagent\s*:\s*[\w.]+"
)
_LOOK_UP = re.compile(  # of what the service has at hand
    r"(?<![a-z])(?:get|list|fetch|load|check|read|is)(?: all| available| latest)? (?:models?|voices|languages|version|"
    r"status|health|tags|usage|credits?|balance|quota|token|user|account|info|online|available|running|alive)(?![a-z])"
    r"|(?<![a-z])(?:verify|validate|check|refresh|exchange)(?: \w+)? (?:key|token|license|credentials|account)(?![a-z])"
)
_VERSION = re.compile(r"(?<![a-z])versions?(?![a-z])")
_MOVES = re.compile(r"(?<![a-z])(?:uploads?|downloads?|imports?|exports?|backups?|transcri\w+)(?![a-z])")
_FILES = re.compile(r"(?<![a-z])(?:files?|form data|formdata|multipart|media|audio|video|arraybuffer|blob|attachment)")
_TOLD = "notif\\w*|notices?|alerts?|mailer|sms|slack|discord|telegram|whatsapp|pushover|pushbullet"
_TELLS = re.compile(rf"(?<![a-z])(?:{_TOLD})(?![a-z])")
_GENERATES = re.compile(r"\b(?:max_(?:new_|output_|completion_)?tokens|max(?:Output|Completion)?Tokens|top_p|topP)\b")
_NOTICE = re.compile(rf"(?<![a-z])(?:{_TOLD}|webhooks?|push\w*)(?![a-z])")  # a few bytes


def seconds_for(site: Site, file: File) -> int:
    """A bound for the wait of a request, in seconds, by what its own text, its function and its file speak of."""
    call = _plain(_BESIDE.sub(" ", file.text(site.call)))
    said = f"{_plain(site.function.name)} {call}"
    if _LOOK_UP.search(said) and not _MOVES.search(said):
        return USUAL
    if _VERSION.search(_plain(site.function.name)) and not _MOVES.search(_plain(site.function.name)):
        return USUAL
    if _TELLS.search(said) and not (_MOVES.search(said) or _FILES.search(call)):
        return USUAL
    if file.language == "javascript" and _MOVES.search(_plain(site.function.name)):
        return LONG  # there the bound is one for the whole answer, in Python for each part of it
    around = _plain(f"{'/'.join(file.path.split('/')[-2:])} {site.function.qualname}")
    whatever = site.function.owner is not None and _ANY.fullmatch(_plain(site.function.name).strip())
    if whatever and not _NOTICE.search(f"{around} {_plain(site.function.owner.name if site.function.owner else '')}"):
        return LONG
    if _READS.search(site.name or "") and not _OTHER_METHOD.search(file.text(site.call)):
        return LONG if _WORKS.search(call) else USUAL  # a model is asked by other methods; these look something up
    if site.function.kind != "module" and _GENERATES.search(file.text(site.function)):
        return LONG
    return LONG if _SAYS_WORK.search(call) or _SAYS_SERVICE.search(around) else USUAL


def _plain(text: str) -> str:
    """Words apart and in small letters: `generateText_now` -> "generate text now"."""
    return _CAMEL.sub(" ", text).replace("_", " ").lower()
