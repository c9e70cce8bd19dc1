"""The access token of a shop: a fixed one, or one asked for with client credentials and renewed before it ends.

A token is never part of a representation, a message or a log.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlencode

from posbridge_dagster.clients.failures import Busy, Misconfigured, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.transport import Reply, Transport

GRANT_PATH = "/admin/oauth/access_token"
RENEW_AT = 0.8
OPERATION = "access token"


class TokenSource(Protocol):
    """Where a client gets its token."""

    @property
    def identity(self) -> str:
        """Return what tells this credential from others without showing it: calls with the same identity share a bucket."""
        ...

    def token(self) -> str:
        """Return a token that should be valid now."""
        ...

    def renew(self, refused: str) -> bool:
        """Replace a token that the shop refused; return whether there is another one to try."""
        ...


class FixedToken:
    """A token made in the shop's admin; it has no end and cannot be renewed."""

    def __init__(self, token: str) -> None:
        if not token.strip():
            raise Misconfigured("the access token is empty", system="Shopify", code="token", advice="Set SHOPIFY_ACCESS_TOKEN.")
        self._token = token.strip()

    def __repr__(self) -> str:
        return "FixedToken(***)"

    @property
    def identity(self) -> str:
        """Return a short fingerprint of the token."""
        return fingerprint(self._token)

    def token(self) -> str:
        """Return the token."""
        return self._token

    def renew(self, refused: str) -> bool:
        """Return False: there is no other token."""
        return False


@dataclass
class _Grant:
    """The token of one shop and app, shared by every source of the process that asks with the same credentials."""

    lock: threading.Lock
    token: str = ""
    renew_at: float = 0.0
    ends_at: float = 0.0

    def __repr__(self) -> str:
        return "_Grant(***)"


_grants: dict[tuple[str, str, str], _Grant] = {}
_grants_lock = threading.Lock()


class ClientCredentials:
    """Tokens of 24 hours, asked for with the id and secret of an app that its own organisation installed.

    A new one is asked for at 80 % of the life of the old one and when the shop refuses it, one request at a time per shop.
    """

    def __init__(self, origin: str, client_id: str, client_secret: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = Transport(origin, answer_timeout_s=30.0)
        self._client_id, self._client_secret = client_id, client_secret
        self._clock = clock
        key = (self._transport.origin, client_id, fingerprint(client_secret))
        with _grants_lock:
            self._grant = _grants.setdefault(key, _Grant(threading.Lock()))

    def __repr__(self) -> str:
        return f"ClientCredentials({self._transport.origin!r}, ***)"

    @property
    def identity(self) -> str:
        """Return a short fingerprint of the app: renewed tokens share its bucket."""
        return fingerprint(self._client_id)

    def token(self) -> str:
        """Return a valid token, asking for one when the last is near its end.

        Raises Misconfigured when the credentials are refused, and Unreachable or Busy when the shop cannot be asked now and
        the last token has ended.
        """
        with self._grant.lock:
            if self._clock() >= self._grant.renew_at:
                try:
                    self._ask()
                except (Unreachable, Busy):
                    if self._clock() >= self._grant.ends_at:
                        raise
            return self._grant.token

    def renew(self, refused: str) -> bool:
        """Ask for a new token unless another thread has already replaced the refused one."""
        with self._grant.lock:
            if self._grant.token == refused:
                self._ask()
        return True

    def _ask(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._client_secret}
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        asked_at = self._clock()
        try:
            reply = self._transport.post(GRANT_PATH, operation=OPERATION, headers=headers, content=urlencode(form).encode())
        except UnknownOutcome as failure:
            raise _later(failure.reason) from None
        token, life_s = _granted(reply)
        self._grant.token = token
        self._grant.renew_at = asked_at + life_s * RENEW_AT
        self._grant.ends_at = asked_at + life_s


def fingerprint(secret: str) -> str:
    """Return twelve characters that tell secrets apart and tell nothing about them."""
    return sha256(secret.encode()).hexdigest()[:12]


def _granted(reply: Reply) -> tuple[str, float]:
    """Return the token of an answer and its life in seconds."""
    if reply.status >= 500 or reply.status == 429:
        raise _later(f"HTTP {reply.status}")
    try:
        answer = json.loads(reply.body)
        if reply.status == 200:
            return str(answer["access_token"]), float(answer.get("expires_in", 86_399))
        word = str(answer.get("error") or "") if isinstance(answer, dict) else ""
    except (ValueError, KeyError, TypeError):
        word = "a web page" if reply.is_web_page else "no token in the answer"
    raise _refused(reply.status, word)


def _refused(status: int, word: str) -> RemoteFailure:
    wrong_shop = "Check SHOPIFY_API_URL: no shop answers there."
    wrong_pair = "Check SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET; app and shop must belong to one organisation and the app be installed."
    advice = wrong_shop if status == 404 else wrong_pair
    return Misconfigured(f"HTTP {status} {word}".strip(), system="Shopify", operation=OPERATION, code=f"token_http_{status}", advice=advice)


def _later(reason: str) -> Busy:
    """No token yet means that the call it was for has not been sent, so waiting is always safe."""
    return Busy(f"no token yet: {reason}", system="Shopify", operation=OPERATION, code="token_later", wait_s=2.0)
