"""Who holds a claim: one process of one run, recognisable after it is gone."""

import os
import socket
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from uuid import getnode

import psutil

CLOCK_TOLERANCE_S = 2.0
"""Start times are read off a boot time that the kernel rounds to seconds."""


@dataclass(frozen=True)
class Owner:
    """A process that claims records: where it runs, which process it is and for which run it works."""

    host: str
    pid: int
    started_s: float
    nonce: str
    run_id: str

    @classmethod
    def of_this_process(cls, run_id: str) -> "Owner":
        """Return an owner for this process and run; each call returns another one."""
        pid = os.getpid()
        return cls(this_host(), pid, _started_s(psutil.Process(pid)), token_hex(4), run_id)

    @classmethod
    def from_text(cls, text: str) -> "Owner":
        """Return the owner that ``text`` was made from; raises ValueError for any other text."""
        host, pid, started_s, nonce, run_id = text.split("/", 4)
        return cls(host, int(pid), float(started_s), nonce, run_id)

    @property
    def text(self) -> str:
        """The owner as the ledger keeps it: host/pid/start in seconds after boot/random part/run id."""
        return f"{self.host}/{self.pid}/{self.started_s}/{self.nonce}/{self.run_id}"

    def is_gone(self) -> bool:
        """Return whether the process lived on this host and has ended; of another host nothing is known: False."""
        if self.host != this_host():
            return False
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
            return abs(_started_s(process) - self.started_s) > CLOCK_TOLERANCE_S
        except psutil.NoSuchProcess:
            return True
        except psutil.AccessDenied:
            return False


def this_host() -> str:
    """Return a name for the process table this process is in.

    A host name alone is not enough: cloned machines and containers share theirs, and a pid that is free in one may be a
    living owner in the other. The boot id and the pid namespace tell them apart; after a reboot the host counts as another
    one, so its old claims wait for their lease.
    """
    name = socket.gethostname().replace("/", "-")
    return f"{name}-{sha256(_process_table().encode()).hexdigest()[:12]}"


def _process_table() -> str:
    kernel = Path("/proc")
    try:
        boot = (kernel / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(kernel / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{getnode()}"


def _started_s(process: psutil.Process) -> float:
    """Return when the process started, in seconds after boot: unlike wall time it stays the same when the clock is set."""
    return round(process.create_time() - psutil.boot_time(), 2)
