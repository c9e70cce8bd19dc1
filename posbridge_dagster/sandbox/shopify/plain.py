"""Dataclasses to plain JSON values and back: how records are kept in a file and seeds come in over HTTP."""

import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class PlainError(ValueError):
    """Plain values that do not make the thing they are meant for."""


@cache
def _shape(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Return per field its type and whether it must be given."""
    hints = get_type_hints(kind)
    return {entry.name: (hints[entry.name], entry.default is MISSING and entry.default_factory is MISSING) for entry in fields(kind)}


def to_plain(value: Any) -> Any:
    """Return a value as JSON knows it; a dataclass becomes an object, a moment its ISO text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_plain(getattr(value, name)) for name in _shape(type(value))}
    if isinstance(value, list | tuple):
        return [to_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def from_plain(kind: type[T], value: Any, where: str = "") -> T:
    """Return the dataclass that plain values describe.

    Raises PlainError, which says where, when a member is missing, unknown or of the wrong type.
    """
    if not isinstance(value, dict):
        raise PlainError(f"{where or kind.__name__}: expected an object with the fields of {kind.__name__}")
    shape = _shape(cast(Any, kind))
    unknown = set(value) - set(shape)
    missing = [name for name, (_, required) in shape.items() if required and name not in value]
    if unknown or missing:
        said = [f"unknown {', '.join(sorted(unknown))}"] * bool(unknown) + [f"missing {', '.join(missing)}"] * bool(missing)
        raise PlainError(f"{where or kind.__name__}: {'; '.join(said)}")
    return kind(**{name: _read(shape[name][0], item, f"{where}{'.' if where else ''}{name}") for name, item in value.items()})


def _read(kind: Any, value: Any, where: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _read(next(argument for argument in arguments if argument is not type(None)), value, where)
    if origin in (list, tuple):
        return _read_list(origin, arguments, value, where)
    if is_dataclass(kind) and isinstance(kind, type):
        return from_plain(kind, value, where)
    if kind is datetime:
        return _read_moment(value, where)
    if kind in (int, str, bool) and type(value) is not kind:
        raise PlainError(f"{where}: expected {kind.__name__}, got {type(value).__name__}")
    return value


def _read_list(origin: Any, arguments: tuple[Any, ...], value: Any, where: str) -> Any:
    if not isinstance(value, list):
        raise PlainError(f"{where}: expected a list, got {type(value).__name__}")
    kinds = arguments if origin is tuple and arguments[-1] is not Ellipsis else [arguments[0]] * len(value)
    if len(kinds) != len(value):
        raise PlainError(f"{where}: expected {len(kinds)} values, got {len(value)}")
    return origin(_read(kind, item, f"{where}[{index}]") for index, (kind, item) in enumerate(zip(kinds, value, strict=True)))


def _read_moment(value: Any, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise PlainError(f"{where}: expected a moment such as 2026-11-20T10:15:00+00:00") from error
    if moment.tzinfo is None:
        raise PlainError(f"{where}: the moment lacks its time zone, write 2026-11-20T10:15:00+00:00")
    return moment
