"""Files that no Python of today can import: they name modules at their top that only Python 2 had."""

import re

from asynccost.flow.file import File

_GONE = re.compile(  # at the beginning of a line: one that `try` guards stands further in
    rb"^(?:import|from)[ \t]+(urlparse|urllib2|ConfigParser|c?StringIO|httplib|cPickle|cookielib|HTMLParser|xmlrpclib"
    rb"|BaseHTTPServer|SocketServer|htmlentitydefs|__builtin__)\b",
    re.M,
)


def bygone(file: File) -> str:
    """A module that a file imports whatever happens, and that went with Python 2; "" for none."""
    found = _GONE.search(file.module.source) if file.language == "python" else None
    return found[1].decode() if found is not None else ""
