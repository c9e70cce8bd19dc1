"""The pretend MplusKASSA administration: what answers an HTTP request."""

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from hmac import compare_digest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from posbridge_dagster.sandbox.mplus.books import Books
from posbridge_dagster.sandbox.mplus.context import Context
from posbridge_dagster.sandbox.mplus.crediting import Desk
from posbridge_dagster.sandbox.mplus.doors import DOORS, PREFIX, through_door
from posbridge_dagster.sandbox.mplus.drafts import Refused
from posbridge_dagster.sandbox.mplus.envelopes import SoapFault, answer_envelope, call_element, fault_envelope
from posbridge_dagster.sandbox.mplus.floor import Floor
from posbridge_dagster.sandbox.mplus.keeping import read_state, write_state
from posbridge_dagster.sandbox.mplus.opening import opened
from posbridge_dagster.sandbox.mplus.operations import OPERATIONS
from posbridge_dagster.sandbox.mplus.reading import Message, read_message
from posbridge_dagster.sandbox.mplus.records import Replay
from posbridge_dagster.sandbox.mplus.schema import NAMESPACE, Operation, Schema, schema_of
from posbridge_dagster.sandbox.mplus.summary import summary
from posbridge_dagster.sandbox.mplus.tills import Tills
from posbridge_dagster.sandbox.mplus.versions import Version, version_of
from posbridge_dagster.sandbox.mplus.writing import Style, write_message
from posbridge_dagster.sandbox.seed import Seed
from posbridge_dagster.sandbox.system import Answer, Request

XML = "text/xml; charset=utf-8"
HTML = "text/html; charset=utf-8"

_ORIGINAL = b"IDEMPOTENCY-RESULT-ORIGINAL-RESPONSE"
_REPLAYED = b"IDEMPOTENCY-RESULT-REPLAY-RESPONSE"
_GROWN_ENUMERATION = "PaymentMethodType"


class MplusSandbox:
    """A MplusKASSA administration on its first day, or as it was saved.

    Switches: ``service_version`` (text; older ones lack calls and members, see `versions`), ``percentage_scale`` (what one percent
    is written as: 100 or 1), ``stock_id_inclusive``, ``free_is_net`` (amountFree is net of reservations),
    ``reservation_raises_stock_id``, ``group_changes_product`` (coming into a group raises the product's marker),
    ``deleted_groups_in_tree``, ``products_can_be_changed``, ``ignored_article_members`` (names that writing leaves as they are),
    ``exact_match_case_sensitive``, ``undashed_ids``, ``absent_decimal_places``, ``zero_dates``, ``unknown_enum`` (the name of the
    enumeration that has grown; True = PaymentMethodType), ``unsorted``, ``page_cap``.

    ``floor`` is the staff: what happens in the shop without the API. `doors` lets the same happen over HTTP. ``desk`` credits parts of
    invoices, which the API cannot.
    """

    name = "mplus"

    def __init__(
        self,
        seed: Seed,
        *,
        ident: str = "sandbox",
        secret: str = "sandbox-secret",
        service_version: Version = (67, 1, 3),
        timezone: str = "Europe/Amsterdam",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Open the books of a shop; ``clock`` returns aware UTC moments."""
        self.ident = ident
        self.secret = secret
        self.zone = ZoneInfo(timezone)
        self.clock = clock
        self.books = opened(seed, clock())
        self.floor = Floor(self._at_work)
        self.desk = Desk(self._at_work)
        self._turn = threading.RLock()
        self.switches: dict[str, Any] = {
            "service_version": ".".join(map(str, service_version)),
            "percentage_scale": 100,
            "stock_id_inclusive": True,
            "free_is_net": True,
            "reservation_raises_stock_id": False,
            "group_changes_product": True,
            "deleted_groups_in_tree": False,
            "products_can_be_changed": True,
            "ignored_article_members": [],
            "exact_match_case_sensitive": False,
            "undashed_ids": False,
            "absent_decimal_places": False,
            "zero_dates": False,
            "unknown_enum": "",
            "unsorted": True,
            "page_cap": 1000,
        }

    def operation(self, request: Request) -> str:
        """Return the name of the call: the first child of the Body, or what a GET is after."""
        if request.path.startswith(PREFIX):
            return request.path.removeprefix("/")
        if request.method != "POST":
            return next((name for name in ("wsdl", "docs") if name in request.query), request.method)
        try:
            return etree.QName(call_element(request.body)).localname
        except SoapFault:
            return "unreadable"

    def answer(self, request: Request) -> Answer:
        """Carry the request out."""
        started = time.perf_counter()
        version = version_of(self.switches["service_version"])
        if request.path.startswith(PREFIX):
            return self._through_door(request)
        if request.method != "POST":
            return self._page(request, version)
        try:
            with self._turn:
                answer = self._called(request, version)
        except SoapFault as fault:
            answer = Answer(fault_envelope(fault), 500, XML)
        headers = {
            "Mplus-Service-Version": self.switches["service_version"],
            "Server-Timing": f"total;dur={(time.perf_counter() - started) * 1000:.2f}",
        }
        return replace(answer, headers=headers)

    def refusal(self, kind: str, request: Request) -> Answer | None:
        """Return an internal fault, or for ``throttled`` a 503 that says when to come back (the API has no word for it)."""
        if kind == "server_fault":
            return Answer(fault_envelope(SoapFault("Server.Internal", "Internal server error")), 500, XML)
        if kind == "throttled":
            return Answer(b"<html><body><h1>503 Service Unavailable</h1></body></html>", 503, HTML, {"Retry-After": "1"})
        return None

    def state(self) -> dict[str, Any]:
        """Return counts, orders, invoices, relations and stock as plain JSON values; money in cents, quantities as text."""
        return summary(self.books)

    def save(self, folder: Path) -> Path:
        """Keep the books in one file of the folder and return its path."""
        return write_state(self.books.state, folder)

    @classmethod
    def load(cls, folder: Path, **settings: Any) -> "MplusSandbox":
        """Return a sandbox that goes on with the books saved in a folder; ``settings`` are those of the constructor.

        Raises FileNotFoundError where none were saved and ValueError for a file of another make.
        """
        sandbox = cls(Seed(), **settings)
        sandbox.books = Books(read_state(folder))
        return sandbox

    def book_days(self, days: Sequence[date], documents: int, seed: int = 1) -> dict[str, int]:
        """Let the tills sell for some days and return how many documents there are of each kind; credits come on top."""
        return Tills(self._at_work, days, seed).book(documents)

    @contextmanager
    def _at_work(self) -> Iterator[Context]:
        """Give the context of one deed on the shop floor; calls of the API wait for it."""
        with self._turn:
            yield Context(self.books, self.switches, version_of(self.switches["service_version"]), self.zone, self.clock())

    def _through_door(self, request: Request) -> Answer:
        if request.method != "POST" or request.path not in DOORS:
            return _plain({"errors": f"no {request.method} {request.path}; the doors are {', '.join(sorted(DOORS))}"}, 404)
        try:
            return _plain(through_door(self.floor, request.path, request.body), 201)
        except (Refused, ValueError, LookupError) as error:
            return _plain({"errors": str(error)}, 422)

    def _page(self, request: Request, version: Version) -> Answer:
        schema = schema_of(version)
        if request.method == "GET" and "wsdl" in request.query:
            return Answer(schema.described_at(f"http://{request.headers.get('host', '127.0.0.1')}/"), 200, XML)
        if request.method == "GET" and "docs" in request.query:
            rows = "".join(f"<li>{name}</li>" for name in sorted(schema.operations))
            return Answer(f"<html><body><h1>MplusQapi</h1><ul>{rows}</ul></body></html>".encode(), 200, HTML)
        return Answer(b"<html><body><h1>405 Method Not Allowed</h1></body></html>", 405, HTML, {"Allow": "POST"})

    def _called(self, request: Request, version: Version) -> Answer:
        self._authenticate(request)
        element = call_element(request.body)
        name = etree.QName(element)
        schema = schema_of(version)
        operation = schema.operations.get(name.localname)
        if operation is None or name.namespace != NAMESPACE:
            raise SoapFault("Client", f"Method '{name.localname}' not implemented: method name or namespace not recognized")
        notes: list[str] = []
        message = read_message(element, operation.request, schema, notes, self.switches["percentage_scale"])
        if any(member.name == "request" for member in operation.request.members):
            message.setdefault("request", {})
        context = Context(self.books, self.switches, version, self.zone, self.clock(), notes)
        return self._performed(operation, message, schema, context)

    def _authenticate(self, request: Request) -> None:
        for name, mine in (("ident", self.ident), ("secret", self.secret)):
            if not compare_digest(mine.encode(), request.query.get(name, "").encode()):
                raise SoapFault("Client.Authentication", "The ident or the secret is wrong")

    def _performed(self, operation: Operation, message: Message, schema: Schema, context: Context) -> Answer:
        asked = message.get("request", {})
        key = asked.get("idempotencyKey") or None
        remembered = self.books.state.replays.get(f"{self.ident}/{key}") if key else None
        if remembered:
            if remembered.operation != operation.name:
                raise SoapFault("Client", f"the idempotencyKey was used for {remembered.operation} before")
            body = zlib.decompress(remembered.answer).replace(_ORIGINAL, _REPLAYED, 1)
            return Answer(body, 200, XML, idempotency_key=key, notes=tuple(context.notes))
        answer = OPERATIONS[operation.name](message, context)
        if operation.answer.members[0].name == "idempotencyResult":
            answer["idempotencyResult"] = _ORIGINAL.decode()
        content = write_message(answer, operation.answer, schema, context.version, self._style())
        body = answer_envelope(operation.answer_element, content)
        if key and not asked.get("processorContext", {}).get("dryRun"):
            self.books.state.replays[f"{self.ident}/{key}"] = Replay(operation.name, zlib.compress(body, 1))
        return Answer(body, 200, XML, wrote=context.wrote, idempotency_key=key, notes=tuple(context.notes))

    def _style(self) -> Style:
        switches = self.switches
        grown = _GROWN_ENUMERATION if switches["unknown_enum"] is True else switches["unknown_enum"] or ""
        return Style(
            self.zone,
            switches["percentage_scale"],
            switches["undashed_ids"],
            switches["absent_decimal_places"],
            switches["zero_dates"],
            grown,
        )


def _plain(value: Message, status: int) -> Answer:
    return Answer(json.dumps(value).encode(), status)
