"""A node of an answer: a dictionary by field name whose dear members are made when somebody asks."""

from collections.abc import Callable
from typing import Any


class Node(dict[str, Any]):
    """Field values by name. ``makers`` are called once, on first use; ``record`` is what the node shows."""

    __slots__ = ("makers", "record", "sums")

    def __init__(self, values: dict[str, Any], *, record: Any = None, sums: Any = None, **makers: Callable[[], Any]) -> None:
        super().__init__(values)
        self.record = record
        self.sums = sums
        self.makers = makers

    def __missing__(self, name: str) -> Any:
        value = self[name] = self.makers[name]()
        return value
