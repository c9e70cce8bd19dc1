"""A small HTTP server that answers what a test wrote down, on a real socket, and keeps what it was asked."""

import socket
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from posbridge_dagster.clients.mplus import MplusClient
from posbridge_dagster.clients.patience import Patience

IDENT, SECRET = "schoenwinkel", "zeer-geheim+&/"
QUICK = Patience(budget_s=20, attempts=4, first_wait_s=0.01, longest_wait_s=0.02)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NS = "{urn:mplusqapi}"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def call(self) -> etree._Element:
        """The operation's element."""
        return etree.fromstring(self.body)[1][0]

    @property
    def operation(self) -> str:
        return self.call.tag.removeprefix(NS) if self.body else self.method

    def text(self, path: str) -> str | None:
        """The text of a member, by its path below the operation: ``request/order/extOrderId``."""
        return self.call.findtext("/".join(NS + step for step in path.split("/")))

    def has(self, path: str) -> bool:
        return self.call.find("/".join(NS + step for step in path.split("/"))) is not None


@dataclass(frozen=True)
class Say:
    """An HTTP answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """The connection is reset without an answer."""


@dataclass(frozen=True)
class Hang:
    """No answer until the server stops."""


Step = Say | Cut | Hang
Script = Sequence[Step] | Callable[[Asked], Step]


def answer(element: str, inside: str = "", **headers: str) -> Say:
    """An answer in the prefixes of the service; ``inside`` is written without prefixes."""
    body = f'<ns:{element} xmlns:ns="urn:mplusqapi" xmlns="urn:mplusqapi">{inside}</ns:{element}>'
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Say(envelope(body), 200, told)


def fault(code: str, text: str, status: int = 500) -> Say:
    return Say(envelope(f"<SOAP-ENV:Fault><faultcode>{code}</faultcode><faultstring>{text}</faultstring></SOAP-ENV:Fault>"), status)


def envelope(body: str) -> bytes:
    return f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}"><SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>'.encode()


def version_answer(major: int = 67, minor: int = 1, **headers: str) -> Say:
    numbers = f"<serviceMajorNumber>{major}</serviceMajorNumber><serviceMinorNumber>{minor}</serviceMinorNumber>"
    protocol = "<majorNumber>1</majorNumber><minorNumber>0</minorNumber><revisionNumber>0</revisionNumber>"
    return answer("getApiVersionResponse", protocol + numbers + "<inDebugMode>false</inDebugMode>", **headers)


class Served:
    """A running scripted server: its address and what it was asked."""

    def __init__(self, script: Script) -> None:
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._script = script
        self._lock = Lock()
        self.stopped = Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    @property
    def operations(self) -> list[str]:
        return [asked.operation for asked in self.asked]

    def take(self, asked: Asked) -> Step:
        with self._lock:
            self.asked.append(asked)
            number = len(self.asked) - 1
        return self._script(asked) if callable(self._script) else self._script[number]

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        yield
        with self._lock:
            self._at_once -= 1

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                address = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = Asked(self.command, address.path, parse_qs(address.query), dict(self.headers), body)
                with served.counted():
                    self._perform(served.take(asked))

            do_GET = do_POST  # noqa: N815

            def _perform(self, step: Step) -> None:
                if isinstance(step, Say):
                    self.send_response(step.status)
                    for name, value in {"Content-Type": "text/xml", "Content-Length": str(len(step.body)), **step.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(step.body)
                    return
                if isinstance(step, Hang):
                    served.stopped.wait(30)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                return

        return Handler


@contextmanager
def scripted(script: Script) -> Iterator[Served]:
    """Run a scripted server for as long as the block lasts."""
    served = Served(script)
    thread = Thread(target=served.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.stopped.set()
        served.server.shutdown()
        served.server.server_close()
        thread.join()


@contextmanager
def serving(script: Script, *, patience: Patience = QUICK, read_timeout_s: float = 5) -> Iterator[tuple[MplusClient, Served]]:
    """Run a scripted server and a client of it."""
    with scripted(script) as served:
        client = MplusClient(served.url, IDENT, SECRET, patience=patience, connect_timeout_s=2, read_timeout_s=read_timeout_s)
        try:
            yield client, served
        finally:
            client.close()
