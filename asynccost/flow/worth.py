"""What the names of a function say of a client that it builds: whether to keep it would be worth anything."""

from asynccost.flow.words import words

_LONG = frozenset({
    "video", "videos", "veo", "sora", "movie", "music", "song", "mesh", "render", "transcribe", "transcription",
    "train", "training", "finetune", "deploy", "deployment", "redeploy", "provision", "animation", "dub",
    "dubbing", "podcast", "clustering", "aggregation",
})
_PAPERS = frozenset({"file", "document", "documents", "pdf", "docx", "pptx", "presentation", "office"})
_BUILT = frozenset({"image", "container", "docker", "project", "app", "application", "package", "artifact", "site"})
_CHANGES = frozenset({
    "create", "delete", "update", "modify", "reboot", "restore", "promote", "destroy", "terminate", "scale",
    "resize", "launch", "remove", "attach", "detach", "start", "stop", "import", "export",
})
_MACHINERY = frozenset({
    "cluster", "clusters", "instance", "instances", "stack", "stacks", "datastore", "datastores", "environment",
    "vm", "nodegroup", "vpc", "subnet", "gateway", "bucket", "repository", "repo", "snapshot", "backup", "volume",
    "machine", "replica", "endpoint", "domain", "certificate", "sandbox", "server", "parameter", "infrastructure",
})
_SELDOM = frozenset({
    "delete", "revoke", "remove", "uninstall", "disconnect", "unregister", "import", "export", "backup", "migrate",
    "dismiss", "install", "backfill", "provision", "deprovision", "patch", "cancel", "abort",
})
_ASKS_FOR = frozenset({"detect", "discover", "refresh", "scan"})
_STATE = frozenset({
    "health", "healthcheck", "models", "catalog", "catalogue", "marketplace", "release", "releases", "version",
    "versions", "changelog", "recommendations",
})
_ABLE = frozenset({"supports", "supported", "preflight", "capabilities"})  # what one asks before the work
_SHOWS = frozenset({"status", "health", "healthcheck"})
_PROVES = frozenset({"check", "validate", "verify", "test", "probe", "ping"})
_MEANS = frozenset({
    "key", "keys", "apikey", "connection", "connectivity", "credentials", "credential", "config", "configuration",
    "settings", "availability", "available", "running", "alive", "ready",
})
_NEAR = 2  # parts of a path that say what its functions are for
_CLICKS = frozenset({
    "login", "logout", "signup", "signin", "oauth", "oidc", "saml", "invite", "invites", "invitation", "invitations",
    "onboarding", "billing", "invoice", "invoices", "renewal", "feedback", "survey", "installation", "provision",
    "provisioning", "licence", "license", "unsubscribe",
})
_REPORTS = frozenset({"telemetry", "metric", "metrics", "analytics", "posthog", "heartbeat", "crash"})
_NOTIFIES = frozenset({"notify", "anotify", "notification", "notifications"})
_NOTICES = frozenset({"notification", "notifications", "notifier", "alert", "alerts", "alerter"})
_SENDS = frozenset({
    "send", "post", "report", "track", "capture", "emit", "flush", "push", "upload", "record", "log", "trace",
})
FILES = frozenset({  # words of a file beside the text
    "image", "images", "img", "picture", "pic", "photo", "avatar", "icon", "logo", "thumbnail", "poster", "cover",
    "media", "attachment", "attachments", "sticker", "emoji", "favicon", "screenshot", "audio", "voice",
})
_MEDIA = frozenset({
    "image", "images", "picture", "pictures", "screenshot", "audio", "speech", "voice", "tts", "stt", "ocr", "video",
    "music",
})
_FILE = frozenset({"file", "files"})
_TEXTS = frozenset({"message", "messages", "msg", "event", "events", "markdown", "convert", "parse", "parser", "chat"})


def takes_long(name: str) -> bool:
    """Whether a function sets off work of minutes: a deployment, a video, a cluster; a client is nothing beside it."""
    said = words(name)
    if not _LONG.isdisjoint(said):
        return True
    own = words(name.rpartition(".")[2])
    if "convert" in own[:1] and not _PAPERS.isdisjoint(own[1:]):
        return True
    if "parse" in own and {"document", "parser"}.issubset(said):
        return True
    if "build" in own and (own[-1] == "build" or not _BUILT.isdisjoint(own)):
        return True
    return not _CHANGES.isdisjoint(own[:2]) and not _MACHINERY.isdisjoint(own[1:])


def manages(name: str) -> bool:
    """`delete_thread`, `revoke_remote`, `list_available_models`: what a person does now and then."""
    own = words(name.rpartition(".")[2])
    if own[:2] == ("list", "available") or own[-2:] == ("model", "list") or own[-1:] == ("share",):
        return True
    if own[-1:] == ("models",) and not _ASKS_FOR.isdisjoint(own[:2]):
        return True
    return not _SELDOM.isdisjoint(own[:1])


def reads_documents(name: str) -> bool:
    """`UnstructuredReader.load`: an import of documents takes long, and people start few."""
    return words(name.rpartition(".")[0])[-1:] in (("reader",), ("loader",))


def looks_after(name: str) -> bool:
    """`check_api_key`, `get_releases`, `service_health`: what the page of settings asks, now and then."""
    own = words(name.rpartition(".")[2])
    if not _STATE.isdisjoint(own[-1:]) or "marketplace" in own or not _SHOWS.isdisjoint(words(name.rpartition(".")[0])):
        return True
    if not _ABLE.isdisjoint(own):
        return True
    return not _PROVES.isdisjoint(own[:1]) and not _MEANS.isdisjoint(own[1:])


def now_and_then(path: str, name: str, caller: str = "") -> str:
    """The word of a function or of the end of its path that says that a person sets it off, seldom; "" if none.

    `login`, `invite`, `billing`: whatever they cost, they cost it once a month.
    caller: what is said of who calls it, `@oauth_router.post says that it answers web requests`.
    """
    parts = (name.rpartition(".")[2], *(part.partition(".")[0] for part in path.split("/")[-_NEAR:]), caller)
    return next((word for part in parts for word in words(part) if word in _CLICKS), "")


def reports(name: str) -> bool:
    """Whether a function tells how the program is used: nobody waits for it, and it sends seldom."""
    return not _REPORTS.isdisjoint(words(name)) and not _SENDS.isdisjoint(words(name.rpartition(".")[2]))


def reports_an_event(name: str) -> bool:
    """`_send_event`: what is sent when something happened, to whoever collects it."""
    own = words(name.rpartition(".")[2])
    return own[-1:] in (("event",), ("events",)) and not _SENDS.isdisjoint(own)


def notifies(name: str) -> bool:
    """`anotify`, `send_notification`, `AlertSender.send`: what is told to somebody when something happened, seldom."""
    own = words(name.rpartition(".")[2])
    if not _NOTIFIES.isdisjoint(own):
        return True
    return not _SENDS.isdisjoint(own[:1]) and not _NOTICES.isdisjoint(words(name.rpartition(".")[0]))


def fetches_a_file(name: str) -> bool:
    """`download_image(url)`, `upload_file(path)`: a file beside the text, wherever it lies."""
    own = words(name.rpartition(".")[2])
    return not FILES.isdisjoint(own) or not _FILE.isdisjoint(own)


def reads_messages(name: str) -> bool:
    """`convert_message`, `MarkdownParser.parse`: a loop over the parts of one text, of which few are files."""
    return not _TEXTS.isdisjoint(words(name))


def makes_media(name: str) -> bool:
    """`ImageTool.execute`, `text_to_speech`: an agent asks for few, and each takes seconds."""
    return not _MEDIA.isdisjoint(words(name))
