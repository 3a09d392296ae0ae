"""How long an answer may well take: what is asked of a model, or moves a file, is not there in half a minute."""

import re

from asynccost.flow.file import File, Site
from asynccost.flow.tree import Expr, Name
from asynccost.flow.waits.brief import SOON, brief

USUAL, LONG = 30, 300  # seconds; the longer one is what aiohttp grants a whole answer by default

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SERVICES = (  # whose every answer is a model's
    "openai|anthropic|claude|gemini|mistral|ollama|llama|vllm|sglang|groq|cohere|llms?|gpt|dify|flowise|langflow|n8n|typebot|kobold|comfy"
    "|unstructured|ocr|docling|tika|grobid|wenxin|ernie|qwen|dashscope|zhipu|doubao|moonshot|deepseek|minimax|hunyuan|xinference|replicate|huggingface|whisper|tts|stt|diffusion|embeddings?|inference|transcri\\w+|speech"
)
_WORK = (
    "completions?|logits|logprobs|chats?|answers?|ask|questions?|conversations?|sql|execute|jobs?|workflows?|analy[sz]e|generate|generation|predict|prompts?|messages/stream|agents?|assistants?|summari[sz]e|translate|rerank"
    "|synthesi[sz]e|captions?"
    "|txt2img|img2img|upscal\\w+|upload|download|files?|form data|formdata|multipart|arraybuffer|blob|zip"
    "|video|audio|media|attachment|backup|export|import|ingest|deploy|convert|crawl|scrape|train|render|cognify"
)
_SAYS_SERVICE = re.compile(rf"(?<![a-z])(?:{_SERVICES})(?![a-z])")
_SAYS_WORK = re.compile(rf"(?<![a-z])(?:{_WORK})(?![a-z])")
_HOST = re.compile(r"https?://[^/\s\"'{}]*")  # says whose service it is, not what it is to do
_MADE = (  # what a request that only reads may wait long for: not what it lists by the name of
    "completions?|generate|generation|predict|backup|export|import|ingest|convert|crawl|scrape|render|sql|execute|ask"
    "|prompt"
)
_MOVED = "uploads?|downloads?|arraybuffer|blob|zip|video|audio|media|attachment"
_WORKS = {  # in Python the bound is one for each part of an answer, in JavaScript for the whole of it
    "python": re.compile(rf"(?<![a-z])(?:{_MADE})(?![a-z])"),
    "javascript": re.compile(rf"(?<![a-z])(?:{_MADE}|{_MOVED}|files?)(?![a-z])"),
    "parsed": re.compile(rf"(?<![a-z])(?:{_MADE}|{_MOVED})(?![a-z])"),  # an answer of axios
}
READS = re.compile(r"[.:](?:get|head|options)$|^fetch$|^node-fetch:")
_OTHER_METHOD = re.compile(r"""method["']?\s*:\s*["'`]?(?!get|head)\w""", re.I)

_ANY = re.compile(  # a method for whatever its callers send
    r"(?:(?:post|put|patch|request|send|call|make|do|api|http|async|json)(?: |$))+"
)

_BESIDE = re.compile(  # says nothing of the work: whose repository it is, and what is told of the client
    r"(?i)github(?:usercontent)?\.com/[\w./-]*|(?:user|https?|proxy|tls|socks)[-_ ]?agents?\w*"
    r"|\bagent\s*:\s*[\w.]+"
    r"|(?:[\w$]+\??\.)+(?:base\w*|api_?(?:key|url|base|host)|host\w*|token|secret\w*)\b"  # `config.videoAI.basePath`
)
LOOK_UP = re.compile(  # of what the service has at hand
    r"(?<![a-z])(?:get|list|fetch|load|check|read|is)(?: all| available| latest)? (?:models?|voices|languages|version|"
    r"status|health|tags|usage|credits?|balance|quota|token|user|account|info|online|available|running|alive)(?![a-z])"
    r"|(?<![a-z])(?:verify|validate|check|refresh|exchange)(?: \w+)? (?:key|token|license|credentials|account)(?![a-z])"
    r"|(?<![a-z])(?:get|find|fetch|resolve)(?: \w+)? (?:url|uri|link)(?![a-z])"
)
_VERSION = re.compile(r"(?<![a-z])versions?(?![a-z])")
_ENDS = re.compile(r"""[.:]delete\(|method["']?\s*[:=]\s*["']delete["']|\.request\(\s*["']delete["']""")
_ENDING = re.compile(r"(?:cancel|abort|interrupt|stop|delete|remove|revoke)(?![a-z])")  # what is there already
_LETS_IN = re.compile(r"(?<![a-z])(?:token|log ?in|authenticate|oauth)(?![a-z])")  # by the name of a function
_SHORT = 200  # characters: of an address, not of what is sent
_SERVED = re.compile(r"do_[A-Z]+")  # what http.server calls for a request that came
_SIGNS_IN = re.compile(r"(?:auth|oauth2?|users?|sessions?|v\d)/(?:login|token|signin|sign-in)\b|/login[\"'`]")
_POLLS = re.compile(r"/(?:status|progress|health)\b")  # of work that goes on elsewhere
_MOVES = re.compile(r"(?<![a-z])(?:uploads?|downloads?|imports?|exports?|backups?|transcri\w+)(?![a-z])")
_FILES = re.compile(r"(?<![a-z])(?:files?|form data|formdata|multipart|media|audio|video|arraybuffer|blob|attachment)")
_TOLD = (
    "notif\\w*|notices?|alerts?|mailer|sms|slack|discord|telegram|whatsapp|pushover|pushbullet|ms ?teams|mattermost"
    "|rocket ?chat|gotify|ntfy|pagerduty|opsgenie"
)
_TELLS = re.compile(rf"(?<![a-z])(?:{_TOLD})(?![a-z])")
_PICTURE = re.compile(r"(?<![a-z])(?:images?|pictures?|thumb(?:nail)?s?|posters?|icons?|avatars?|covers?)(?![a-z])")
_GENERATES = re.compile(
    r"""\[["']choices["']\]|\.choices\b"""
    r"|\b(?:max_(?:new_|output_|completion_)?tokens|max(?:Output|Completion)?Tokens|top_p|topP)\b"
)
_NOTICE = re.compile(rf"(?<![a-z])(?:{_TOLD}|webhooks?|push\w*)(?![a-z])")  # a few bytes


def seconds_for(site: Site, file: File) -> int:
    """A bound for the wait of a request, in seconds, by what its own text, its function and its file speak of."""
    seconds, enough = _by_words(site, file), brief(site, file)
    return enough if enough == SOON or (enough and seconds == USUAL) else seconds


def _by_words(site: Site, file: File) -> int:
    call = plain(_BESIDE.sub(" ", file.text(site.call)))
    said = f"{plain(site.function.name)} {call}"
    call += plain(_BESIDE.sub(" ", f" {address(site, file)}"))
    if LOOK_UP.search(said) and not _MOVES.search(said):
        return USUAL
    if reads_lines(site, file):
        return LONG
    if _ENDS.search(call) or _ENDING.match(plain(site.function.name)):
        return USUAL
    if _POLLS.search(file.text(site.call)) or _POLLS.search(address(site, file)):
        return USUAL
    if _LETS_IN.search(plain(site.function.name)) or _SIGNS_IN.search(call):
        return USUAL
    if _VERSION.search(plain(site.function.name)) and not _MOVES.search(plain(site.function.name)):
        return USUAL
    if _TELLS.search(said) and not (_MOVES.search(said) or _FILES.search(call)):
        return USUAL
    if file.language == "javascript" and _MOVES.search(plain(site.function.name)):
        return LONG  # there the bound is one for the whole answer, in Python for each part of it
    around = plain(f"{'/'.join(file.path.split('/')[-2:])} {site.function.qualname}")
    if _only_reads(site, file):
        if _TELLS.search(around) and _PICTURE.search(said):
            return USUAL
        works = _WORKS["parsed" if (site.name or "").startswith("axios") and "type" not in call else file.language]
        return LONG if works.search(call) else USUAL  # a model is asked by other methods
    own = "" if _SERVED.fullmatch(site.function.name) else plain(site.function.name).strip()
    whatever = site.function.owner is not None and _ANY.fullmatch(own)
    if whatever and not _NOTICE.search(f"{around} {call}"):
        return LONG
    if site.function.kind != "module" and _GENERATES.search(file.text(site.function)):
        return LONG
    if _SAYS_SERVICE.search(call) or _SAYS_SERVICE.search(around):
        return LONG
    return LONG if _SAYS_WORK.search(_HOST.sub("", call)) else USUAL


def address(site: Site, file: File) -> str:
    """Where a request goes to, as it is written, and what a local name in it stands for: `url = f"{base}/chat"`."""
    asked = [a.value for a in site.call.arguments if a.keyword in (None, "url")][:2]
    values = [v for one in asked if isinstance(one, Name) for v in bound_to(one.id, site)]
    return " ".join(text for v in [*asked, *values] if len(text := file.text(v)) < _SHORT)


def reads_lines(site: Site, file: File) -> bool:
    """Whether an answer of requests is read line by line as it comes: each silence counts there."""
    opened = re.search(r"\bstream\s*=\s*True\b", file.text(site.call))
    return opened is not None and re.search(r"\biter_lines\(|SSEClient\(", file.text(site.function)) is not None


def _only_reads(site: Site, file: File) -> bool:
    """Whether a request asks for what is there: `requests.get(url)`, `fetch(url)`, `urlopen(url)`."""
    text = file.text(site.call)
    if site.name == "urllib.request.urlopen":
        given = site.call.arguments[:1]
        behind = [v for a in given if isinstance(a.value, Name) for v in bound_to(a.value.id, site)]
        said = " ".join([text, *(file.text(v) for v in behind)])
        return len([a for a in site.call.arguments if a.keyword in (None, "data")]) == 1 and not _CARRIES.search(said)
    return READS.search(site.name or "") is not None and not _OTHER_METHOD.search(text)


_CARRIES = re.compile(r"\bdata\b|\bmethod\b|\bRequest\([^,()]*,\s*(?!headers|None)\w")


def bound_to(name: str, site: Site) -> list[Expr]:
    """What a name is bound to in the function of a request."""
    index = site.function.index
    return [v for v in (index.bound.get(name, ()) if index else ()) if v is not None]


_WORKS_SO = re.compile(r"(?<![a-z])(?:stream\w*|chats?|completions?|upload|download|generate)(?![a-z])")


def works_anywhere(file: File) -> bool:
    """Whether a file that makes a client for its requests speaks of what may take long: `api.post("/chat")`."""
    return may_take_long(file.module.source.partition(b"create(")[2])


def may_take_long(code: bytes) -> bool:
    """Whether code speaks of what takes its time: an upload, a chat, a stream."""
    return _WORKS_SO.search(plain(code.decode("utf-8", "replace"))) is not None


def plain(text: str) -> str:
    """Words apart and in small letters: `generateText_now` -> "generate text now"."""
    return _CAMEL.sub(" ", text).replace("_", " ").lower()
