"""HTTP to one installation: keep-alive, time limits, and a secret that nobody gets to see.

The credentials travel in the query of the URL. No exception of the HTTP library leaves this module, neither as a cause nor
as a context, because its text holds that URL; what urllib3 logs is redacted on its way.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from queue import SimpleQueue
from ssl import SSLCertVerificationError
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.mplus.faults import SYSTEM
from posbridge_dagster.model.secrecy import redact

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; header names are found in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def retry_after_s(self) -> float | None:
        """Return the seconds of Retry-After (a number or a date), None without one."""
        text = self.headers.get("Retry-After", "").strip()
        if not text:
            return None
        if text.isdigit():
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
        except (TypeError, ValueError):
            return None


class Transport:
    """The connections to one installation, as many as calls may be in flight at once."""

    def __init__(self, url: str, ident: str, secret: str, *, connect_timeout_s: float, read_timeout_s: float, concurrency: int) -> None:
        parts = _checked(url)
        self.address = urlunsplit((parts.scheme, _bare_host(parts), parts.path or "/", "", ""))
        rest = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() not in ("ident", "secret")]
        credentials = urlencode([*rest, ("ident", ident), ("secret", secret)], quote_via=quote)
        self._url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", credentials, ""))
        self._hidden = tuple(spelling for value in (secret, ident) for spelling in (value, quote(value), quote_plus(value)) if value)
        self._timeouts = (connect_timeout_s, read_timeout_s)
        self._free: SimpleQueue[requests.Session] = SimpleQueue()
        for _ in range(concurrency):
            self._free.put(_session(is_local=parts.hostname in LOOPBACK))
        _keep_urls_out_of_logs()

    def post(self, operation: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send one request and return the answer, whatever its status; raises Unreachable, UnknownOutcome or Misconfigured."""
        return self._send(operation, "POST", self._url, body, headers, self._timeouts)

    def knock(self, limit_s: float = 5.0) -> Reply:
        """Ask for the plain address without credentials, which a living service answers with 405; raises like ``post``."""
        return self._send("GET /", "GET", self.address, None, {}, (limit_s, limit_s))

    def hide(self, text: str) -> str:
        """Return a text of the other side without the credentials and other secrets."""
        return redact(text, *self._hidden)

    def close(self) -> None:
        """Close the connections that are not in use."""
        while not self._free.empty():
            self._free.get().close()

    def _send(
        self, operation: str, method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeouts: tuple[float, float]
    ) -> Reply:
        failure: RemoteFailure
        with self._session() as session:
            try:
                answer = session.request(method, url, data=body, headers=dict(headers), timeout=timeouts, allow_redirects=False)
                return Reply(answer.status_code, answer.headers, answer.content)
            except (requests.RequestException, HTTPError, OSError) as error:
                failure = self._failure(operation, error)
        raise failure  # outside of the except clause, so that no context carries the URL along

    @contextmanager
    def _session(self) -> Iterator[requests.Session]:
        session = self._free.get()
        try:
            yield session
        finally:
            self._free.put(session)

    def _failure(self, operation: str, error: Exception) -> RemoteFailure:
        reasons = list(_reasons(error))
        kinds = ", ".join(dict.fromkeys(type(reason).__name__ for reason in reasons))
        if any(isinstance(reason, SSLCertVerificationError) for reason in reasons):
            advice = "Check the host name in MPLUS_API_URL and the certificates of this machine."
            message = f"the certificate of {self.address} is not trusted."
            return Misconfigured(message, system=SYSTEM, operation=operation, code="certificate", advice=advice)
        if any(isinstance(reason, requests.ConnectTimeout | NewConnectionError) for reason in reasons):
            message = f"no connection to {self.address} ({kinds}); nothing was sent."
            advice = "Check that the service is up and MPLUS_API_URL is right."
            return Unreachable(message, system=SYSTEM, operation=operation, code="unreachable", advice=advice)
        lost = "no answer in time" if any(isinstance(reason, requests.Timeout) for reason in reasons) else "the connection broke"
        message = f"{lost} at {self.address} ({kinds}); it may have been carried out."
        return UnknownOutcome(message, system=SYSTEM, operation=operation, code="no_answer")


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        advice = "MPLUS_API_URL must look like https://host:port."
        raise Misconfigured("the address is no http or https URL.", system=SYSTEM, code="address", advice=advice)
    return parts


def _bare_host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _session(*, is_local: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = not is_local  # a proxy has no business between posbridge and its own sandbox
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _reasons(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else None
        error = (error.reason if isinstance(error, MaxRetryError) else None) or inner or error.__cause__


class _RedactQueries(logging.Filter):
    """Rewrites the lines of urllib3, which at level DEBUG tell every URL with its query."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), ()
        return True


_REDACT_QUERIES = _RedactQueries()


def _keep_urls_out_of_logs() -> None:
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_REDACT_QUERIES)
