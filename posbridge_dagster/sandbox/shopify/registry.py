"""Where resolvers are written down: ``@resolves("Order", "lineItems")`` above a function of node, scene and arguments.

A field without a resolver is read from its node by name. ``when_asked`` marks a resolver that is needed only where the
query gives the field arguments.
"""

from collections.abc import Callable
from typing import Any, TypeVar

Resolver = Callable[..., Any]
Written = TypeVar("Written", bound=Resolver)

RESOLVERS: dict[tuple[str, str], Resolver] = {}
WHEN_ASKED: set[tuple[str, str]] = set()


def resolves(type_name: str, *fields: str, when_asked: bool = False) -> Callable[[Written], Written]:
    """Return a decorator that makes a function the resolver of fields. Raises ValueError where one has a resolver."""

    def register(resolver: Written) -> Written:
        for name in fields:
            if (type_name, name) in RESOLVERS:
                raise ValueError(f"{type_name}.{name} has two resolvers; keep one")
            RESOLVERS[type_name, name] = resolver
            if when_asked:
                WHEN_ASKED.add((type_name, name))
        return resolver

    return register
