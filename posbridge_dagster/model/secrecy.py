"""Keeps secrets and persons out of texts that leave the process.

The MplusKASSA secret rides in the query of the URL, so every text that may hold a URL (an exception of the HTTP library,
a fault, a log line) passes ``redact`` before anyone sees it.
"""

import re

_QUERY_SECRET = re.compile(r"(?i)\b(secret|ident|access_token|client_secret|token|password)=[^&\s'\"<>)]*")
_URL_PASSWORD = re.compile(r"(?<=://)([^/\s:@]+):[^/\s@]+@")
_SHOPIFY_TOKEN = re.compile(r"\bsh(?:pat|pca|pss|ppa|psc)_[0-9A-Za-z]+")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")


def redact(text: str, *secrets: str) -> str:
    """Return the text with query secrets, passwords in URLs, Shopify tokens, e-mail addresses and the given secrets hidden."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    text = _QUERY_SECRET.sub(r"\1=***", text)
    text = _URL_PASSWORD.sub(r"\1:***@", text)
    text = _SHOPIFY_TOKEN.sub("***", text)
    return _EMAIL.sub("***@***", text)


def mask(value: str | None, shown: int = 1) -> str:
    """Return a personal value with all but its first characters hidden, for previews: ``Jansen`` is ``J•••••``."""
    if not value:
        return ""
    return value[:shown] + "•" * min(len(value) - shown, 6)
