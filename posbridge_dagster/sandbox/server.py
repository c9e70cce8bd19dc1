"""The HTTP server around a pretend system: one ASGI application with the control endpoints and the faults.

``/control/calls`` (GET, DELETE), ``/control/faults`` (GET, POST a list, DELETE), ``/control/state`` (GET) and
``/control/switches`` (GET, POST) are for tests and the demo; everything else goes to the system.
"""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from posbridge_dagster.sandbox.faults import AFTERWARDS, Call, Control, Fault
from posbridge_dagster.sandbox.system import Answer, Request, System

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BAD_GATEWAY = Answer(b"<html><body><h1>502 Bad Gateway</h1></body></html>", 502, "text/html")


class SystemServer:
    """An ASGI application that serves one system."""

    def __init__(self, system: System, control: Control | None = None) -> None:
        self.system = system
        self.control = control or Control(system.name)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            return
        request = await _read(scope, receive)
        if request.path.startswith("/control/"):
            await _send(send, self._control(request))
            return
        call = self.control.begin(self.system.operation(request), request.headers.get("x-request-id"))
        started = time.perf_counter()
        try:
            answer = await self._serve(request, call)
        finally:
            call.seconds = round(time.perf_counter() - started, 6)
        if answer is None:
            await _cut(send, receive)
            return
        call.status = answer.status
        await _send(send, answer)

    async def _serve(self, request: Request, call: Call) -> Answer | None:
        """Return the answer, or None when the connection is to be cut."""
        try:
            return await self._answered(request, call)
        except asyncio.CancelledError:  # the server is being stopped while a fault holds the answer back
            return None

    async def _answered(self, request: Request, call: Call) -> Answer | None:
        fault = self.control.fault_for(call)
        if fault and fault.kind not in AFTERWARDS:
            call.fault = fault.kind
            return await self._instead(fault, request)
        answer = self.system.answer(request)
        call.cost, call.idempotency_key, call.notes = answer.cost, answer.idempotency_key, answer.notes
        if answer.wrote:
            self.control.wrote(call)
        if fault and fault.write is not None:
            fault = self.control.use(fault) if answer.wrote else None
        if fault is None:
            return answer
        call.fault = fault.kind
        return await self._afterwards(fault, answer, call)

    async def _instead(self, fault: Fault, request: Request) -> Answer | None:
        if fault.kind == "hang_before":
            await asyncio.sleep(fault.seconds)
            return None
        if fault.kind == "reset_before":
            return None
        if fault.kind in ("throttled", "server_fault"):
            return self.system.refusal(fault.kind, request) or BAD_GATEWAY
        return BAD_GATEWAY

    async def _afterwards(self, fault: Fault, answer: Answer, call: Call) -> Answer | None:
        if fault.kind in ("slow", "hang_after"):
            call.held = True
            await asyncio.sleep(fault.seconds)
            call.held = False
            return answer if fault.kind == "slow" else None
        if fault.kind == "garbage_after":
            return Answer(b"\x00not an answer\xff", 200, answer.content_type)
        if fault.kind == "truncated_after":
            return Answer(answer.body[: len(answer.body) // 2], answer.status, answer.content_type)
        return None if fault.kind == "reset_after" else BAD_GATEWAY

    def _control(self, request: Request) -> Answer:
        what = request.path.removeprefix("/control/")
        control = self.control
        if what in ("calls", "faults") and request.method == "DELETE":
            control.clear(what)
        elif what == "faults" and request.method == "POST":
            try:
                control.faults.extend([Fault(**fault) for fault in json.loads(request.body)])
            except (TypeError, ValueError) as error:
                return _json({"error": str(error)}, 400)
        elif what == "switches" and request.method == "POST":
            wanted = json.loads(request.body)
            unknown = set(wanted) - set(self.system.switches)
            if unknown:
                return _json({"error": f"no switch {', '.join(sorted(unknown))}"}, 404)
            self.system.switches.update(wanted)
        views: dict[str, Callable[[], Any]] = {
            "calls": control.lines,
            "faults": lambda: [asdict(fault) for fault in control.faults],
            "switches": lambda: self.system.switches,
            "state": self.system.state,
        }
        view = views.get(what)
        return _json({"error": f"no {what}"}, 404) if view is None else _json(view())


def _json(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value, default=str).encode(), status)


async def _read(scope: MutableMapping[str, Any], receive: Receive) -> Request:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    return Request(scope["method"], scope["path"], query, headers, b"".join(chunks))


async def _send(send: Send, answer: Answer) -> None:
    headers = {"content-type": answer.content_type, "content-length": str(len(answer.body)), **answer.headers}
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})


async def _cut(send: Send, receive: Receive) -> None:
    """Reset the connection under the client without an answer, and wait until the server knows that it is gone."""
    cycle = getattr(send, "__self__", None)  # uvicorn hands out a method of the object that holds the transport
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise RuntimeError("this server cannot cut a connection; run the sandbox under uvicorn")
    if transport.is_closing():
        return
    linger = struct.pack("ii", 1, 0)  # nothing is sent any more, so that closing is a reset and not a polite end
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        continue
