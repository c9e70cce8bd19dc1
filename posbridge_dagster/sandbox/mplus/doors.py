"""The sandbox's own doors over HTTP, through which a test or a person lets something happen on the shop floor.

``POST /sandbox/<deed>`` with the arguments of a method of ``floor.Floor`` as a JSON object, such as ``/sandbox/sell`` with
``{"article": 100001, "quantity": 2, "branch": 1}``. Quantities are whole numbers or decimal text. They are no part of MplusKASSA.
"""

import json
from decimal import Decimal, InvalidOperation
from inspect import Parameter, signature
from types import UnionType
from typing import Any, get_args, get_origin

from posbridge_dagster.sandbox.mplus.floor import Floor, deeds
from posbridge_dagster.sandbox.mplus.reading import Message

PREFIX = "/sandbox/"
DOORS = frozenset(f"{PREFIX}{name}" for name in deeds())


def through_door(floor: Floor, path: str, body: bytes) -> Message:
    """Let it happen and return what it left.

    Raises ValueError where the body is no object with the arguments of the deed, and what the deed raises.
    """
    said = json.loads(body or b"{}")
    if not isinstance(said, dict):
        raise ValueError("expected a JSON object")
    deed = getattr(floor, path.removeprefix(PREFIX))
    known = signature(deed).parameters
    unknown = said.keys() - known.keys()
    missing = [name for name, each in known.items() if each.default is Parameter.empty and name not in said]
    if unknown or missing:
        raise ValueError(f"{path} takes {', '.join(known)}; unknown: {', '.join(sorted(unknown))}; missing: {', '.join(missing)}")
    left: Message = deed(**{name: _read(known[name].annotation, value, name) for name, value in said.items()})
    return left


def _read(kind: Any, value: Any, name: str) -> Any:
    if kind is Decimal:
        try:
            amount = Decimal(value if isinstance(value, str) else repr(value))
        except InvalidOperation as error:
            raise ValueError(f"{name}: {value!r} is no quantity") from error
        if not amount.is_finite():
            raise ValueError(f"{name}: {value!r} is no quantity")
        return amount
    allowed = [get_origin(each) or each for each in (get_args(kind) if isinstance(kind, UnionType) else (kind,))]
    if type(value) not in allowed:
        raise ValueError(f"{name}: expected {' or '.join(each.__name__ for each in allowed)}, got {type(value).__name__}")
    return value
