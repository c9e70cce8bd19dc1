"""A small HTTP server on loopback that answers what a test tells it to, over real sockets."""

import json
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from posbridge_dagster.clients.patience import Patience
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.pace import Pace
from posbridge_dagster.clients.shopify.token import FixedToken

TOKEN = "shpat_c0ffee"
QUICK = Patience(budget_s=20.0, attempts=4, first_wait_s=0.001, longest_wait_s=0.002)


@dataclass(frozen=True)
class Scripted:
    """One answer; ``cut`` closes the connection instead, ``short`` announces more bytes than it sends."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    cut: bool = False
    short: bool = False


@dataclass(frozen=True)
class Received:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def variables(self) -> dict[str, Any]:
        variables: dict[str, Any] = self.json["variables"]
        return variables


Serve = Callable[[Received], Scripted]


class ScriptedShop:
    """Answers from a script, the last answer for ever, or from a function."""

    def __init__(self, *script: Scripted, serve: Serve | None = None) -> None:
        self.received: list[Received] = []
        self._script = list(script)
        self._serve = serve
        self._lock = threading.Lock()
        shop = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                shop._answer(self)

            do_GET = do_POST  # noqa: N815 - the name http.server looks for

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def names(self) -> list[str]:
        """The operations that were asked for, in their order."""
        return [request.json["operationName"] for request in self.received if request.body]

    def client(self, patience: Patience = QUICK, **more: Any) -> ShopifyClient:
        return ShopifyClient(self.origin, FixedToken(TOKEN), patience=patience, **{"pace": Pace(), **more})

    def __enter__(self) -> "ScriptedShop":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        request = Received(handler.path, dict(handler.headers), handler.rfile.read(length))
        with self._lock:
            self.received.append(request)
            answer = self._serve(request) if self._serve else self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if answer.cut:
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        handler.send_response(answer.status)
        for name, value in {"Content-Type": answer.content_type, **answer.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answer.body) * (2 if answer.short else 1)))
        handler.end_headers()
        handler.wfile.write(answer.body)
        handler.close_connection = handler.close_connection or answer.short


def data(payload: Any, *, cost: Any = None, search: Any = None, headers: Mapping[str, str] | None = None) -> Scripted:
    """Return an answer with data and, where given, its cost and search extensions."""
    extensions = {name: value for name, value in (("cost", cost), ("search", search)) if value is not None}
    return Scripted(json.dumps({"data": payload, "extensions": extensions}).encode(), headers=headers or {})


def errors(*rows: Any, payload: Any = None, cost: Any = None) -> Scripted:
    """Return an answer with top-level errors, perhaps beside data."""
    answer = {"data": payload, "errors": list(rows), "extensions": {"cost": cost} if cost else {}}
    return Scripted(json.dumps(answer).encode(), headers={"X-Request-Id": "req-77"})


def cost(requested: float, available: float, *, actual: float | None = None, maximum: float = 2000.0, restore: float = 100.0) -> Any:
    """Return the cost extension of an answer."""
    status = {"maximumAvailable": maximum, "currentlyAvailable": available, "restoreRate": restore}
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": status}
