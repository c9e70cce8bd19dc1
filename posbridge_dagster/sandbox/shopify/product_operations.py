"""What became of the products that a job writes: one operation per call, asked for by its id."""

from dataclasses import dataclass, field
from typing import Any

from posbridge_dagster.sandbox.shopify.scalars import split_gid


@dataclass
class ProductOperation:
    """One asynchronous call; ``product`` is what it made, changed or deleted."""

    number: int
    kind: str
    product: int | None = None
    is_done: bool = False
    errors: list[dict[str, Any]] = field(default_factory=list)

    def finish(self, product: int | None, errors: list[dict[str, Any]]) -> None:
        """Note the end."""
        self.product, self.errors, self.is_done = product, errors, True


class ProductOperations:
    """All operations of a shop since it was opened."""

    def __init__(self) -> None:
        self._operations: dict[int, ProductOperation] = {}

    def start(self, kind: str) -> ProductOperation:
        """Begin an operation and return it."""
        operation = ProductOperation(len(self._operations) + 1, kind)
        self._operations[operation.number] = operation
        return operation

    def find(self, global_id: str) -> ProductOperation | None:
        """Return an operation by its global id."""
        kind, number = split_gid(global_id) or ("", 0)
        found = self._operations.get(number)
        return found if found is not None and found.kind == kind else None
