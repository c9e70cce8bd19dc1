"""One call to the Admin GraphQL API: paced by its cost, authenticated, retried where that is safe, its answer checked."""

import json
import logging
import random
import threading
from collections.abc import Mapping
from copy import copy
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from posbridge_dagster.clients.failures import Misconfigured, RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify import version as api_version
from posbridge_dagster.clients.shopify.cost import requested_cost
from posbridge_dagster.clients.shopify.documents import Document
from posbridge_dagster.clients.shopify.errors import search_failure, status_failure, top_level_failure, user_failure
from posbridge_dagster.clients.shopify.pace import Pace, Throttle, shared_pace
from posbridge_dagster.clients.shopify.search import instant
from posbridge_dagster.clients.shopify.token import TokenSource
from posbridge_dagster.clients.shopify.transport import Reply, Transport

SHORTEST_THROTTLE_WAIT_S = 1.0
SHARE_LEFT_TO_OTHERS = 0.2
"""Of the bucket, by work that is last in line: enough for a stock run to begin at once on every plan."""

Answer = dict[str, Any]

_log = logging.getLogger(__name__)


@dataclass
class Statistics:
    """What a client has done: requests sent, points asked and really charged, seconds waited for points, repeats, throttles."""

    calls: int = 0
    points_requested: float = 0.0
    points_actual: float = 0.0
    waited_s: float = 0.0
    retries: int = 0
    throttled: int = 0

    def as_dict(self) -> dict[str, float]:
        """Return the figures by name."""
        return asdict(self)


class ShopifyClient:
    """The Admin API of one shop. It may be shared by threads; all clients of a process with the same token share one pace."""

    def __init__(
        self,
        origin: str,
        tokens: TokenSource,
        *,
        version: str = api_version.PINNED,
        patience: Patience | None = None,
        pace: Pace | None = None,
        connect_timeout_s: float = 10.0,
        answer_timeout_s: float = 60.0,
    ) -> None:
        self._transport = Transport(origin, connect_timeout_s=connect_timeout_s, answer_timeout_s=answer_timeout_s)
        self._tokens = tokens
        self.version = version
        self.served_version: str | None = None
        self.patience = patience or Patience()
        self.pace = pace or shared_pace(self._transport.origin, tokens.identity)
        self.statistics = Statistics()
        self._known_costs: dict[tuple[str, object], float] = {}
        self._lock = threading.Lock()
        self._has_answered = False
        self._is_urgent = False
        self._left_share = 0.0

    def __repr__(self) -> str:
        return f"ShopifyClient({self.origin!r}, version={self.version!r})"

    @property
    def origin(self) -> str:
        """The address of the shop."""
        return self._transport.origin

    def first_in_line(self) -> "ShopifyClient":
        """Return the same client with every call urgent: for work that must not wait behind a catalogue."""
        urgent = copy(self)
        urgent._is_urgent = True
        return urgent

    def last_in_line(self) -> "ShopifyClient":
        """Return the same client, leaving a share of the bucket to others with every call: for long work that nobody waits for."""
        patient = copy(self)
        patient._left_share = SHARE_LEFT_TO_OTHERS
        return patient

    def execute(
        self, document: Document, variables: Mapping[str, Any] | None = None, *, repeatable: bool | None = None, urgent: bool = False
    ) -> dict[str, Any]:
        """Run the operation and return its ``data``, complete or not at all. Decimals are Decimal, amounts of money strings.

        ``repeatable`` says that sending it again after an unknown outcome does no harm; left out, it is so for queries and for
        mutations that carry ``@idempotent``. ``urgent`` calls may use the points that the pace keeps back.

        Raises UserErrors (a Refused) for the user errors of a mutation, and the failures of ``clients.failures``.
        """
        given = dict(variables or {})
        body = {"query": document.text, "variables": given, "operationName": document.name}
        content = json.dumps(body, default=_written, ensure_ascii=False).encode()
        attempts = 0

        def attempt() -> dict[str, Any]:
            nonlocal attempts
            attempts += 1
            self._count(retries=1 if attempts > 1 else 0)
            return self._attempt(document, given, content, urgent or self._is_urgent)

        repeatable = document.is_idempotent if repeatable is None else repeatable
        return self.patience.retry(attempt, repeatable=repeatable, first_contact=not self._has_answered)

    def close(self) -> None:
        """Close the kept connections."""
        self._transport.close()

    def _attempt(self, document: Document, variables: Mapping[str, Any], content: bytes, urgent: bool) -> dict[str, Any]:
        token = self._tokens.token()
        reply, answer = self._paced(document, variables, content, token, urgent)
        if reply.status == 401 and self._tokens.renew(token):
            reply, answer = self._paced(document, variables, content, self._tokens.token(), urgent)
        return self._data(reply, answer, document)

    def _paced(self, document: Document, variables: Mapping[str, Any], content: bytes, token: str, urgent: bool) -> tuple[Reply, Answer]:
        """Send the request when its points are there; return the reply and its JSON, empty when it cannot be read."""
        size = (document.name, variables.get("first"))
        cost = self._known_costs.get(size) or requested_cost(document, variables)
        self._count(waited_s=self.pace.take(cost, urgent=urgent, left_share=self._left_share), calls=1)
        try:
            reply = self._post(document, content, token)
        except RemoteFailure:
            self.pace.settle(cost, None)
            raise
        self._has_answered = True
        answer = _parsed(reply)
        reported = _reported_cost(answer)
        self.pace.settle(cost, _throttle(reported))
        self._known_costs[size] = requested = float(reported.get("requestedQueryCost") or cost)
        self._count(points_requested=requested, points_actual=float(reported.get("actualQueryCost") or 0))
        return reply, answer

    def _post(self, document: Document, content: bytes, token: str) -> Reply:
        headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json", "Accept": "application/json"}
        path = f"/admin/api/{self.version}/graphql.json"
        return self._transport.post(path, operation=document.name, headers=headers, content=content)

    def _data(self, reply: Reply, answer: Answer, document: Document) -> dict[str, Any]:
        """Return the data of an answer after every layer has been checked."""
        self._watch_version(reply.headers.get(api_version.HEADER))
        if reply.status != 200:
            text = f" from {self.origin}" + (f" (request {reply.request_id})" if reply.request_id else "")
            raise status_failure(reply.status, text, document.name, reply.headers.get("Retry-After"))
        if not answer:
            raise self._unreadable(reply, document.name)
        extensions = answer.get("extensions") or {}
        if answer.get("errors"):
            raise self._top_level(answer["errors"], extensions, document, reply.request_id)
        failure = search_failure(extensions, document.name)
        if failure:
            raise failure
        data = answer.get("data")
        if not isinstance(data, dict):
            raise UnknownOutcome("the answer holds no data", system="Shopify", operation=document.name, code="no_data")
        failure = user_failure(data, document.name) if document.is_mutation else None
        if failure:
            raise failure
        return data

    def _top_level(self, errors: Any, extensions: Mapping[str, Any], document: Document, request_id: str) -> RemoteFailure:
        cost = extensions.get("cost") or {}
        throttle = _throttle(cost)
        missing = float(cost.get("requestedQueryCost") or 0) - throttle.available if throttle else 0.0
        wait_s = max(SHORTEST_THROTTLE_WAIT_S, missing / self.pace.restore_rate) * random.uniform(1.0, 1.2)
        failure = top_level_failure(errors, document.name, is_mutation=document.is_mutation, throttle_wait_s=wait_s, request_id=request_id)
        self._count(throttled=1 if failure.code == "THROTTLED" else 0)
        return failure

    def _unreadable(self, reply: Reply, operation: str) -> RemoteFailure:
        if reply.is_web_page:
            return Misconfigured(
                f"{self.origin} answered with a web page instead of JSON",
                system="Shopify",
                operation=operation,
                code="web_page",
                advice="Set SHOPIFY_API_URL to https://<shop>.myshopify.com, not to the address of the web shop.",
            )
        return UnknownOutcome(
            f"the answer cannot be read ({len(reply.body)} bytes)", system="Shopify", operation=operation, code="unreadable"
        )

    def _watch_version(self, served: str | None) -> None:
        """Warn once when Shopify answers with another version than the pinned one."""
        with self._lock:
            is_news = api_version.has_fallen_forward(self.version, served) and self.served_version != served
            self.served_version = served or self.served_version
        if is_news:
            _log.warning(
                "Shopify served API version %s instead of %s: the pinned version has ended and the shop fell forward. "
                "Set SHOPIFY_API_VERSION to a version that posbridge supports, or update posbridge.",
                served,
                self.version,
            )

    def _count(self, **more: float) -> None:
        with self._lock:
            for name, value in more.items():
                setattr(self.statistics, name, getattr(self.statistics, name) + value)


def _parsed(reply: Reply) -> Answer:
    """Return the JSON object of an answer, numbers with a point as Decimal; empty when it is none or cut off."""
    try:
        answer = json.loads(reply.body, parse_float=Decimal)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _reported_cost(answer: Answer) -> Answer:
    extensions = answer.get("extensions")
    cost = extensions.get("cost") if isinstance(extensions, dict) else None
    return cost if isinstance(cost, dict) else {}


def _throttle(cost: Mapping[str, Any]) -> Throttle | None:
    status = cost.get("throttleStatus")
    if not isinstance(status, dict):
        return None
    return Throttle(float(status["maximumAvailable"]), float(status["currentlyAvailable"]), float(status["restoreRate"]))


def _written(value: object) -> str:
    """Return how a value of ours is written in JSON: exact decimals as text, moments in UTC."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    raise TypeError(f"{type(value).__name__} cannot be sent to Shopify")
