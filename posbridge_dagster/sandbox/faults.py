"""Faults that tests and the demo ask for, and the log of every call.

A fault is chosen by operation, by the number of the call, by the number of the write, or by chance (seeded). ``*_before``
happens instead of the call, ``*_after`` when the call has already been carried out and only its answer is lost.
"""

import random
import time
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = (
    "reset_before",  # the connection is cut, nothing was done
    "reset_after",  # the connection is cut, the call was carried out
    "error_before",  # HTTP 502 with a page of HTML, nothing was done
    "error_after",  # HTTP 502 with a page of HTML, the call was carried out
    "server_fault",  # the system's own word for "internal error", nothing was done
    "throttled",  # the system's own word for "too fast", nothing was done
    "garbage_after",  # HTTP 200 with bytes that are no answer
    "truncated_after",  # the first half of the answer
    "slow",  # the answer comes ``seconds`` later
    "hang_before",  # no answer for ``seconds``, nothing was done, then the connection is cut
    "hang_after",  # carried out, no answer for ``seconds``, then the connection is cut
)
AFTERWARDS = ("reset_after", "error_after", "garbage_after", "truncated_after", "slow", "hang_after")  # the call is carried out


@dataclass
class Fault:
    """One instruction: what happens, to which calls, how often."""

    kind: str
    operation: str | None = None
    call: int | None = None
    write: int | None = None
    share: float | None = None
    times: int | None = None
    seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault {self.kind!r}; there are {', '.join(KINDS)}")
        if self.write is not None and self.kind not in AFTERWARDS:
            usable = ", ".join(AFTERWARDS)
            raise ValueError(f"fault {self.kind!r} happens instead of the call, so it cannot wait for a write; use one of {usable}")


@dataclass
class Call:
    """One line of the log. ``seconds`` is the time it took, ``held`` says that its answer is being kept back."""

    number: int
    system: str
    operation: str
    status: int = 0
    wrote: bool = False
    write_number: int | None = None
    cost: float | None = None
    idempotency_key: str | None = None
    request_id: str | None = None
    fault: str | None = None
    held: bool = False
    notes: tuple[str, ...] = ()
    at: float = field(default_factory=time.time)
    seconds: float = 0.0


class Control:
    """The faults to come and the calls that were, of one system."""

    def __init__(self, system: str, seed: int = 0) -> None:
        self.system = system
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self._chance = random.Random(seed)
        self._writes = 0

    def begin(self, operation: str, request_id: str | None) -> Call:
        """Open a line of the log."""
        call = Call(len(self.calls) + 1, self.system, operation, request_id=request_id)
        self.calls.append(call)
        return call

    def wrote(self, call: Call) -> None:
        """Note that the call changed the state and give it the next write number."""
        self._writes += 1
        call.wrote, call.write_number = True, self._writes

    def fault_for(self, call: Call) -> Fault | None:
        """Return the fault that hits this call, if any; ``write`` counts the call that would be the n-th write."""
        for fault in self.faults:
            if fault.times == 0:
                continue
            hit = (
                (fault.operation is None or fault.operation == call.operation)
                and (fault.call is None or fault.call == call.number)
                and (fault.write is None or fault.write == self._writes + 1)
                and (fault.share is None or self._chance.random() < fault.share)
            )
            if hit and fault.write is None:
                return self.use(fault)
            if hit:
                return fault
        return None

    def use(self, fault: Fault) -> Fault:
        """Count one use of the fault."""
        if fault.times is not None:
            fault.times -= 1
        return fault

    def clear(self, what: str) -> None:
        """Forget the faults, or the log (the write numbers start again at 1)."""
        if what == "faults":
            self.faults.clear()
        else:
            self.calls.clear()
            self._writes = 0

    def lines(self) -> list[dict[str, Any]]:
        """Return the log as plain values."""
        return [asdict(call) for call in self.calls]
