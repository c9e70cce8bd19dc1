"""One POST over a kept connection: an answer, or a failure that says whether the request left."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome, Unreachable

USER_AGENT = "posbridge"
CONNECTIONS = 8


@dataclass(frozen=True)
class Reply:
    """What came back over HTTP; header names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        """Shopify's number of the call, which its support asks for; empty when the answer names none."""
        return self.headers.get("X-Request-Id", "")

    @property
    def is_web_page(self) -> bool:
        """Whether it is a page for people."""
        return "html" in self.headers.get("Content-Type", "").lower() or self.body.lstrip()[:1] == b"<"


class Transport:
    """A session with one origin. Redirects are not followed, cookies not kept; a token must not travel to another host."""

    def __init__(self, origin: str, *, connect_timeout_s: float = 10.0, answer_timeout_s: float = 60.0) -> None:
        self.origin = origin.rstrip("/")
        parts = urlsplit(self.origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
            raise _misconfigured(f"{self.origin!r} is not an origin", "Set SHOPIFY_API_URL to https://<shop>.myshopify.com.")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise _misconfigured(f"{self.origin} is not encrypted", "Set SHOPIFY_API_URL to an https:// address.")
        self._timeout = (connect_timeout_s, answer_timeout_s)
        self._session = requests.Session()
        self._session.mount(f"{parts.scheme}://", HTTPAdapter(pool_connections=1, pool_maxsize=CONNECTIONS, max_retries=0))
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.trust_env = not is_loopback(parts.hostname)

    def post(self, path: str, *, operation: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Send the bytes and return the reply, whatever its status.

        Raises Unreachable when no connection was made, UnknownOutcome when it broke or timed out afterwards, Misconfigured
        for a certificate that is not accepted.
        """
        try:
            answer = self._session.post(
                f"{self.origin}{path}", data=content, headers=dict(headers), timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise _failure(error, self.origin, operation) from None  # the library's exception holds the request with its token
        return Reply(answer.status_code, answer.headers, answer.content)

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()


def streamed_lines(url: str, *, operation: str, answer_timeout_s: float = 60.0) -> Iterator[bytes]:
    """Yield the lines of a file, without a token and without holding it whole.

    Raises UnknownOutcome when it breaks off or is refused, Unreachable when no connection was made.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" and not is_loopback(host):
        raise _misconfigured(f"a result is offered at {host} without encryption", "Ask Shopify's support.", operation)
    with requests.Session() as session:
        session.trust_env = not is_loopback(host)
        try:
            with session.get(url, stream=True, timeout=(10.0, answer_timeout_s), headers={"User-Agent": USER_AGENT}) as answer:
                if answer.status_code != 200:
                    raise UnknownOutcome(f"HTTP {answer.status_code} from {host}", system="Shopify", operation=operation, code="download")
                yield from (line for line in answer.iter_lines(chunk_size=1 << 16) if line)
        except requests.RequestException as error:
            raise _failure(error, host, operation) from None  # its text may hold the signature of the address


def never_left(error: BaseException) -> bool:
    """Return whether an exception of the HTTP library says that no connection was made."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    causes: list[Any] = [error]
    while causes:
        cause = causes.pop()
        if isinstance(cause, (NewConnectionError, ConnectTimeoutError)):
            return True
        causes += [arg for arg in getattr(cause, "args", ()) if isinstance(arg, BaseException)]
        reason = getattr(cause, "reason", None)
        if isinstance(reason, BaseException):
            causes.append(reason)
    return False


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _failure(error: requests.RequestException, place: str, operation: str) -> RemoteFailure:
    """Return what an exception of the HTTP library means to the caller."""
    kind = type(error).__name__
    if isinstance(error, requests.exceptions.SSLError):
        return _misconfigured(f"{place} shows a certificate that is not accepted", "Check SHOPIFY_API_URL and the clock.", operation)
    if never_left(error):
        advice = "Check SHOPIFY_API_URL and the network."
        return Unreachable(f"no connection to {place} ({kind})", system="Shopify", operation=operation, code="unreachable", advice=advice)
    return UnknownOutcome(f"the connection ended without an answer ({kind})", system="Shopify", operation=operation, code="no_answer")


def _misconfigured(message: str, advice: str, operation: str = "") -> Misconfigured:
    return Misconfigured(message, system="Shopify", operation=operation, code="address", advice=advice)
