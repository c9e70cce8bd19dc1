"""One call to MplusKASSA: written, sent, tried again where that is allowed, read."""

import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.mplus.description import Operation, describe
from posbridge_dagster.clients.mplus.envelope import EnvelopeWriter, InvalidRequest
from posbridge_dagster.clients.mplus.faults import SYSTEM, OperationUnknown, fault_failure, status_failure
from posbridge_dagster.clients.mplus.opening import open_envelope
from posbridge_dagster.clients.mplus.reading import AnswerReader, Record, UnreadableAnswer
from posbridge_dagster.clients.mplus.statistics import Spent, Statistics
from posbridge_dagster.clients.mplus.transport import Reply, Transport
from posbridge_dagster.clients.mplus.versions import Features, Version, parse_version, show_version
from posbridge_dagster.clients.patience import Patience


class MplusClient:
    """A synchronous client of one administration.

    ``timezone`` is that of the installation, whose wall clock the interface speaks. At most ``concurrency`` calls are in
    flight at once; others wait. The vendor documents no limit, so one is the default.
    """

    def __init__(
        self,
        url: str,
        ident: str,
        secret: str,
        *,
        timezone: str = "Europe/Amsterdam",
        connect_timeout_s: float = 30,
        read_timeout_s: float = 120,
        patience: Patience | None = None,
        concurrency: int = 1,
    ) -> None:
        self.zone = ZoneInfo(timezone)
        self.patience = patience or Patience()
        self.statistics = Statistics()
        self._description = describe()
        self._writer = EnvelopeWriter(self._description, self.zone)
        self._reader = AnswerReader(self._description, self.zone)
        self._transport = Transport(
            url, ident, secret, connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s, concurrency=concurrency
        )
        self._agent = f"posbridge/{version('posbridge')}"
        self._features: Features | None = None
        self._version_header = ""
        self._has_answered = False

    def __repr__(self) -> str:
        return f"MplusClient({self._transport.address!r})"

    @property
    def address(self) -> str:
        """Return the address of the administration without credentials."""
        return self._transport.address

    def call(self, operation: str, members: Mapping[str, Any] | None = None, *, repeatable: bool | None = None) -> Record:
        """Carry out one operation and return its answer as a record (see reading.py).

        ``members`` are those of the operation's own element, mostly one: ``{"request": {...}}``. ``repeatable`` says that
        sending the call twice does no harm; unless told, that is so for reads and for calls with an idempotency key.

        Raises InvalidRequest (nothing was sent), Refused, Misconfigured, Unreachable, Busy or UnknownOutcome. Results of the
        answer's own enumeration are the caller's to judge (faults.judge).
        """
        known = self._operation(operation)
        members = members or {}
        body = self._writer.write(known, members)
        if repeatable is None:
            repeatable = known.reads or (self._description.idempotent(known) and _has_key(members))
        request_id = f"posbridge-{uuid4()}"
        attempts = 0

        def attempt() -> Record:
            nonlocal attempts
            attempts += 1
            return self._attempt(known, body, request_id, is_repeat=attempts > 1)

        return self.patience.retry(attempt, repeatable=repeatable, first_contact=not self._has_answered)

    @property
    def features(self) -> Features:
        """Return what this installation can do; asks for its version once."""
        if self._features is None:
            self._features = Features(self._ask_version())
        return self._features

    @property
    def service_version(self) -> Version:
        """Return the service version, such as (67, 1, 3); it decides what the installation can do, the protocol number does not."""
        return self.features.version

    def require(self, minimum: Version) -> None:
        """Raise Misconfigured when the service is older than ``minimum``."""
        if self.service_version < minimum:
            message = f"service version {show_version(self.service_version)} is older than {show_version(minimum)}."
            raise Misconfigured(message, system=SYSTEM, code="version", advice="Ask for an update of this MplusKASSA installation.")

    def knock(self) -> Reply:
        """Ask for the plain address without credentials (see probe.py)."""
        return self._transport.knock()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _operation(self, name: str) -> Operation:
        known = self._description.operations.get(name)
        if known is None:
            raise InvalidRequest(name, "operation", "mplusqapi.wsdl does not describe it")
        return known

    def _ask_version(self) -> Version:
        answer = self.call("getApiVersion")
        parts = [answer.get(f"service{part}Number") for part in ("Major", "Minor", "Revision")]
        told = tuple(part for part in parts if part is not None)
        return told or parse_version(self._version_header)

    def _attempt(self, operation: Operation, body: bytes, request_id: str, *, is_repeat: bool) -> Record:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": operation.name,
            "X-Request-Id": request_id,
            "User-Agent": self._agent,
        }
        started = time.perf_counter()
        received = 0
        try:
            reply = self._transport.post(operation.name, body, headers)
            received = len(reply.body)
            self._has_answered = True
        finally:
            spent = Spent(1, int(is_repeat), time.perf_counter() - started, len(body), received)
            self.statistics.add(operation.name, spent)
        self._compare_version(reply)
        return self._read(operation, reply)

    def _read(self, operation: Operation, reply: Reply) -> Record:
        failure: RemoteFailure
        try:
            answer = open_envelope(reply.body)
            if answer.fault is None and reply.status < 300:
                return self._reader.read(operation, answer.expect(operation.answer_element))
            failure = status_failure(operation.name, reply.status, reply.retry_after_s)
            if answer.fault is not None:
                failure = fault_failure(operation.name, answer.fault.code, self._transport.hide(answer.fault.text))
        except UnreadableAnswer as unreadable:
            failure = status_failure(operation.name, reply.status, reply.retry_after_s)
            if reply.status < 300:
                message = f"the answer cannot be read: {unreadable}; it may have been carried out."
                failure = UnknownOutcome(message, system=SYSTEM, operation=operation.name, code="unreadable_answer")
        if isinstance(failure, OperationUnknown):
            self._note_unknown(operation.name)
        raise failure

    def _note_unknown(self, operation: str) -> None:
        if self._features is not None:
            self._features.lacks(operation)

    def _compare_version(self, reply: Reply) -> None:
        told = reply.headers.get("Mplus-Service-Version", "")
        if told and self._version_header and told != self._version_header:
            self._features = None  # the service was updated under us: ask again before the next decision
        self._version_header = told or self._version_header


def _has_key(members: Mapping[str, Any]) -> bool:
    request = members.get("request")
    return isinstance(request, Mapping) and bool(request.get("idempotencyKey"))
