"""The pretend shop as a system that answers HTTP: GraphQL, tokens, bulk results and the sandbox's own door."""

import json
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from graphql import FieldNode, parse

from posbridge_dagster.sandbox.seed import ExchangeSeed, OrderSeed, RefundSeed, Seed
from posbridge_dagster.sandbox.shopify.access import DEFAULT_SCOPES
from posbridge_dagster.sandbox.shopify.bucket import Bucket
from posbridge_dagster.sandbox.shopify.bulk.documents import only_root
from posbridge_dagster.sandbox.shopify.bulk.operations import RESULT_PATH, BulkOperations
from posbridge_dagster.sandbox.shopify.bulk.uploads import UPLOAD_PATH
from posbridge_dagster.sandbox.shopify.census import census
from posbridge_dagster.sandbox.shopify.doors import DOORS
from posbridge_dagster.sandbox.shopify.edits import EditSeed
from posbridge_dagster.sandbox.shopify.engine import Engine, throttled
from posbridge_dagster.sandbox.shopify.growth import MANY, TOO_MANY, is_too_fast
from posbridge_dagster.sandbox.shopify.opening import plant
from posbridge_dagster.sandbox.shopify.order_records import Order, Refund, Return
from posbridge_dagster.sandbox.shopify.plain import PlainError
from posbridge_dagster.sandbox.shopify.scene import Chunk, Scene
from posbridge_dagster.sandbox.shopify.schema import shop_schema
from posbridge_dagster.sandbox.shopify.shop_floor import PiecesSold, ShelfCounted, count_shelf, sell_pieces
from posbridge_dagster.sandbox.shopify.stock_records import Level
from posbridge_dagster.sandbox.shopify.storage import load_shop, save_shop
from posbridge_dagster.sandbox.shopify.tokens import Tokens
from posbridge_dagster.sandbox.system import Answer, Request

GRAPHQL_PATH = re.compile(r"/admin/api/(\d{4}-\d{2}|unstable)/graphql\.json")
TOKEN_PATH = "/admin/oauth/access_token"
UNAUTHORIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def _now() -> datetime:
    return datetime.now(UTC)


class ShopifySandbox:
    """A shop behind the Admin GraphQL API.

    ``clock`` returns aware UTC and must move on: buckets fill, tokens end and bulk operations finish by it. Switches: ``plan``
    (starter, retail, standard, advanced, plus, enterprise), ``scopes``, ``search_lag_s``, ``token_life_s``, ``bulk_seconds``,
    ``bulk_fails_after`` (rows until a bulk operation breaks down),
    ``protected_customer_data`` (false: nobody's name, address, e-mail or phone is shown), ``served_version``,
    ``order_create_per_minute`` (None: no limit) with ``order_create_refusal`` (``user_error`` or ``http_429``),
    ``duplicate_custom_id`` (``taken``: an order whose custom id another one has is refused; ``accept``: it is made),
    ``many_variants`` (from how many on a shop makes only 1,000 a day), ``job_seconds`` (how long a cancellation, a product set
    or deleted later, or a change of a collection's members takes), ``b2b`` (false: the plan has no companies).

    ``doors`` tells the sandbox's own addresses, which sell, refund, exchange and edit now and answer to loopback only.
    """

    name = "shopify"

    def __init__(
        self,
        seed: Seed,
        *,
        token: str = "shpat_sandbox",
        client_id: str = "sandbox-client",
        client_secret: str = "sandbox-client-secret",
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.clock = clock
        self.shop = plant(seed, clock)
        self.switches: dict[str, Any] = {
            "plan": "standard",
            "scopes": list(DEFAULT_SCOPES),
            "search_lag_s": 0.0,
            "token_life_s": 86399,
            "bulk_seconds": 0.0,
            "bulk_fails_after": None,
            "protected_customer_data": True,
            "served_version": "2026-10",
            "order_create_per_minute": None,
            "order_create_refusal": "user_error",
            "duplicate_custom_id": "taken",
            "job_seconds": 0.0,
            "b2b": True,
            "many_variants": MANY,
        }
        self._engine = Engine(shop_schema())
        self._tokens = Tokens(token, client_id, client_secret, clock)
        self._lock = threading.RLock()
        self._buckets: dict[str, Bucket] = {}
        self._operations = BulkOperations(clock, self._lock, self._read_chunk, self._write_line)

    def operation(self, request: Request) -> str:
        """Return the first root field of a GraphQL call, or what else the path stands for."""
        if request.path == TOKEN_PATH:
            return "access_token"
        if request.path.startswith(RESULT_PATH):
            return "bulk_result"
        if request.path.startswith(UPLOAD_PATH):
            return "staged_upload"
        if not GRAPHQL_PATH.fullmatch(request.path):
            return request.path
        body = _json_object(request.body)
        prepared = self._engine.prepare(str((body or {}).get("query") or ""))
        found = prepared.operation((body or {}).get("operationName"))
        fields = [node for node in found.selection_set.selections if isinstance(node, FieldNode)] if found else []
        return fields[0].name.value if fields else "graphql"

    def answer(self, request: Request) -> Answer:
        """Carry the request out."""
        with self._lock:
            self.shop.jobs.settle()
            if GRAPHQL_PATH.fullmatch(request.path) and request.method == "POST":
                return self._graphql(request)
            if request.path == TOKEN_PATH and request.method == "POST":
                return self._token(request)
            if request.path.startswith(RESULT_PATH) and request.method == "GET":
                lines = self._operations.result(request.path)
                return _plain({"errors": "Not Found"}, 404) if lines is None else Answer(lines, 200, "application/jsonl")
            if request.path.startswith(UPLOAD_PATH) and request.method in ("POST", "PUT"):
                return self._operations.uploads.take(request)
            if request.path in DOORS and request.method == "POST":
                return self._through_door(request)
            return _plain({"errors": "Not Found"}, 404)

    def refusal(self, kind: str, request: Request) -> Answer | None:
        """Return THROTTLED or INTERNAL_SERVER_ERROR as Shopify says them; None for calls that are no GraphQL."""
        if not GRAPHQL_PATH.fullmatch(request.path):
            return None
        if kind == "throttled":
            return self._answered(throttled(10, self._bucket(_access_token(request))))
        identifier = str(uuid4())
        message = f"Internal error. Looks like something went wrong on our end.\nRequest ID: {identifier}"
        error = {"message": message, "extensions": {"code": "INTERNAL_SERVER_ERROR", "requestId": identifier}}
        return self._answered({"errors": [error], "data": None})

    def state(self) -> dict[str, Any]:
        """Return what the shop holds."""
        with self._lock:
            self.shop.jobs.settle()
            return census(self.shop)

    def add_order(self, seed: OrderSeed) -> Order:
        """Sell now: the order keeps its moment of sale, and is new to everybody who asks what changed.

        Raises ValueError where the number is taken.
        """
        with self._lock:
            return self.shop.sell(seed)

    def refund(self, order: int, seed: RefundSeed) -> Refund:
        """Give something back of an order now. Raises ValueError when there is no such order, or not so much of it."""
        with self._lock:
            return self.shop.refund(order, seed)

    def exchange(self, order: int, seed: ExchangeSeed) -> Return:
        """Take goods of an order back for others now. Raises ValueError like ``refund``."""
        with self._lock:
            return self.shop.exchange(order, seed)

    def edit(self, order: int, seed: EditSeed) -> Order:
        """Change quantities of an order or add lines now. Raises ValueError when there is no such order or line."""
        with self._lock:
            return self.shop.edit(order, seed)

    def sell_pieces(self, sku: str, location: int, quantity: int = 1) -> Order:
        """Sell pieces at a till now. Raises ValueError where a till would refuse it."""
        with self._lock:
            return sell_pieces(self.shop, PiecesSold(sku, location, quantity))

    def count_shelf(self, sku: str, location: int, available: int) -> Level:
        """Set what can be sold of a SKU at a location, as a person does. Raises ValueError where there is no such thing."""
        with self._lock:
            return count_shelf(self.shop, ShelfCounted(sku, location, available))

    def save(self, folder: Path) -> Path:
        """Write the shop into one file of a folder and return its path; jobs that wait are done first.

        Bulk operations, tokens and buckets are not kept.
        """
        with self._lock:
            self.shop.jobs.settle(everything=True)
            return save_shop(self.shop, folder)

    def load(self, folder: Path) -> None:
        """Hold what a folder holds, in place of the seed. Raises FileNotFoundError or PlainError and then changes nothing."""
        shop = load_shop(folder, self.clock)
        with self._lock:
            self.shop = shop

    def _scene(self, origin: str) -> Scene:
        self._operations.seconds = float(self.switches["bulk_seconds"])
        self._operations.fails_after = self.switches["bulk_fails_after"]
        return Scene(
            self.shop,
            self._operations,
            frozenset(self.switches["scopes"]),
            str(self.switches["plan"]),
            bool(self.switches["protected_customer_data"]),
            timedelta(seconds=float(self.switches["search_lag_s"])),
            origin,
            self.switches,
        )

    def _bucket(self, token: str) -> Bucket:
        plan = str(self.switches["plan"])
        bucket = self._buckets.setdefault(token, Bucket(plan, self.clock))
        bucket.set_plan(plan)
        return bucket

    def _graphql(self, request: Request) -> Answer:
        token = _access_token(request)
        if not self._tokens.is_valid(token):
            return _plain({"errors": UNAUTHORIZED}, 401)
        body = _json_object(request.body)
        if body is None:
            return _plain({"errors": "Bad Request"}, 400)
        if not isinstance(body.get("query"), str):
            return _plain({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        if self.operation(request) == "orderCreate" and self._is_too_fast():
            seconds = ceil(self.shop.order_attempts.seconds_to_wait())
            return _plain({"errors": "Too Many Requests"}, 429, headers={"Retry-After": str(max(seconds, 1))})
        if is_too_fast(self.shop, str(self.switches["plan"]), self.operation(request), int(self.switches["many_variants"])):
            return _plain({"errors": TOO_MANY}, 429, headers={"Retry-After": "60"})
        writes = self.shop.writes
        scene = self._scene(f"http://{request.headers.get('host', 'localhost')}")
        outcome = self._engine.answer(body["query"], body.get("variables") or {}, body.get("operationName"), scene, self._bucket(token))
        notes = tuple(warning["message"] for said in scene.search for warning in said["warnings"])
        return self._answered(outcome.body, wrote=self.shop.writes > writes, cost=outcome.cost, key=outcome.key, notes=notes)

    def _is_too_fast(self) -> bool:
        """Return whether one more order within this minute is refused before it is looked at."""
        by_status = self.switches["order_create_refusal"] == "http_429"
        return by_status and not self.shop.order_attempts.is_open(self.switches["order_create_per_minute"])

    def _answered(
        self, body: dict[str, Any], *, wrote: bool = False, cost: float | None = None, key: str | None = None, notes: tuple[str, ...] = ()
    ) -> Answer:
        headers = {"X-Shopify-API-Version": str(self.switches["served_version"]), "X-Request-Id": str(uuid4())}
        text = json.dumps(body, separators=(",", ":")).encode()
        return Answer(text, headers=headers, wrote=wrote, cost=cost, idempotency_key=key, notes=notes)

    def _token(self, request: Request) -> Answer:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials":
            return _plain({"error": "unsupported_grant_type"}, 400)
        life = self.switches["token_life_s"]
        token = self._tokens.grant(form, float(life))
        if token is None:
            return _plain({"error": "application_cannot_be_found", "error_description": "The client id or secret is wrong."}, 400)
        return _plain({"access_token": token, "scope": ",".join(sorted(self.switches["scopes"])), "expires_in": int(life)})

    def _through_door(self, request: Request) -> Answer:
        if request.headers.get("host", "").rpartition(":")[0] not in LOOPBACK:
            return _plain({"errors": "this door opens on the loopback interface only"}, 403)
        try:
            return _plain(DOORS[request.path](self.shop, _json_object(request.body)), 201, wrote=True)
        except (PlainError, ValueError) as error:
            return _plain({"errors": str(error)}, 422)

    def _read_chunk(self, root: str, query: str, cursor: str | None) -> tuple[dict[str, Any], list[str], str | None]:
        """Return the data of one root field of a bulk query, the codes of its errors and the cursor of the next chunk."""
        document, operation = only_root(parse(query), root)
        scene = self._scene("")
        scene.unbounded, scene.chunk = True, Chunk(cursor)
        result = self._engine.run(document, {}, operation, scene)
        codes = [str((error.extensions or {}).get("code")) for error in result.errors or ()]
        page = scene.chunk.page
        after = page["pageInfo"]["endCursor"] if page is not None and page["pageInfo"]["hasNextPage"] else None
        return result.data or {}, codes, after

    def _write_line(self, mutation: str, line: bytes) -> dict[str, Any]:
        """Return what came of a bulk mutation with the variables of one line: data, errors, or both."""
        scene = self._scene("")
        scene.in_bulk = True
        return self._engine.row(mutation, _json_object(line), scene)


def _access_token(request: Request) -> str:
    return request.headers.get("x-shopify-access-token", "")


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _plain(value: Any, status: int = 200, *, wrote: bool = False, headers: dict[str, str] | None = None) -> Answer:
    return Answer(json.dumps(value).encode(), status, headers={"X-Request-Id": str(uuid4()), **(headers or {})}, wrote=wrote)
