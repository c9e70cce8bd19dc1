"""What a pretend system is to the server around it: a thing that answers calls and knows their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came in; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One HTTP answer and what the log of calls should keep of it.

    ``wrote`` says that the call changed the state; ``cost`` is in points (Shopify), ``notes`` are remarks for tests
    such as breaches of strictness.
    """

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wrote: bool = False
    cost: float | None = None
    idempotency_key: str | None = None
    notes: tuple[str, ...] = ()


class System(Protocol):
    """A pretend system. ``switches`` are its settings that tests may change at run time."""

    name: str
    switches: dict[str, Any]

    def operation(self, request: Request) -> str:
        """Return the name of the call, such as ``createOrderV3`` or ``orderCreate``; it must not change anything."""
        ...

    def answer(self, request: Request) -> Answer:
        """Carry the request out."""
        ...

    def refusal(self, kind: str, request: Request) -> Answer | None:
        """Return how this system says ``throttled`` or ``server_fault`` in its own protocol; None where it has no such word."""
        ...

    def state(self) -> dict[str, Any]:
        """Return what the system holds, as plain JSON values, for tests and the balance of the demo."""
        ...
