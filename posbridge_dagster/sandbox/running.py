"""A pretend system on a real socket of the loopback interface, served from a thread of this process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn

from posbridge_dagster.sandbox.faults import Control
from posbridge_dagster.sandbox.server import SystemServer
from posbridge_dagster.sandbox.system import System

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 10.0


@dataclass(frozen=True)
class Served:
    """A system that answers at ``url`` (no slash at the end); ``control`` is the same object as the control endpoints show."""

    system: System
    control: Control
    url: str

    @property
    def control_url(self) -> str:
        """Return where the control endpoints stand: ``<control_url>/calls``, ``/faults``, ``/switches``, ``/state``."""
        return f"{self.url}/control"


@contextmanager
def running(system: System, *, control: Control | None = None, port: int = 0) -> Iterator[Served]:
    """Serve a system under uvicorn until the block ends; port 0 takes a free one.

    Answers that a fault still holds back when the block ends are cut. Raises OSError when the port is taken and
    RuntimeError when the server does not come up.
    """
    application = SystemServer(system, control)
    listener = socket.create_server((LOOPBACK, port))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer in two segments would wait for a delayed ACK
    config = uvicorn.Config(
        application, loop="asyncio", ws="none", lifespan="off", log_level="error", access_log=False, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name=f"sandbox-{system.name}", daemon=True)
    thread.start()
    try:
        _await_start(server, thread, system.name)
        yield Served(system, application.control, f"http://{LOOPBACK}:{listener.getsockname()[1]}")
    finally:
        server.should_exit = server.force_exit = True
        thread.join(STOP_SECONDS)
        listener.close()


def _await_start(server: uvicorn.Server, thread: threading.Thread, name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    pause = threading.Event()
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"the {name} sandbox did not start within {START_SECONDS:.0f} s; its log says why")
        pause.wait(0.005)
