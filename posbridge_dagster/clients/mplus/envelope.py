"""Writes requests: the same Python values that reading.py gives, in the order of the WSDL.

None and empty optional lists are left out (an empty element may clear a field), a list that the schema demands is written
as an empty element. Money and quantities are int or Decimal, a moment is an aware datetime, a day a date.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from numbers import Integral
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from posbridge_dagster.clients.failures import Refused
from posbridge_dagster.clients.mplus.description import NAMESPACE, WHOLE_NUMBERS, Description, Member, Operation

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class InvalidRequest(Refused):
    """A request that the interface does not know: the path and the reason are told, the value never is."""

    def __init__(self, operation: str, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}.", system="MplusKASSA", operation=operation, code="invalid_request")


class _Misfit(Exception):
    """A value that does not fit; each level on the way out puts its name in front of the path."""

    def __init__(self, reason: str, *path: str) -> None:
        self.reason, self.path = reason, path
        super().__init__(reason)

    def inside(self, name: str) -> "_Misfit":
        return _Misfit(self.reason, name, *self.path)


class EnvelopeWriter:
    """Writes the requests for one installation, whose wall clock is that of ``zone``."""

    def __init__(self, description: Description, zone: ZoneInfo) -> None:
        self._description = description
        self._zone = zone

    def write(self, operation: Operation, members: Mapping[str, Any]) -> bytes:
        """Return the SOAP 1.1 envelope of one call.

        Raises InvalidRequest for a member that the WSDL does not know, one that it demands and is missing, or a value of the
        wrong type.
        """
        try:
            inside = "".join(self._members(operation.request, members))
        except _Misfit as misfit:
            raise InvalidRequest(operation.name, ".".join(misfit.path), misfit.reason) from None
        body = f'<{operation.name} xmlns="{NAMESPACE}">{inside}</{operation.name}>'
        envelope = f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}"><SOAP-ENV:Header/><SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>'
        return f'<?xml version="1.0" encoding="UTF-8"?>{envelope}'.encode()

    def _members(self, known: Sequence[Member], given: Mapping[str, Any]) -> Iterator[str]:
        names = [member.name for member in known]
        for name in given:
            if name not in names:
                raise _Misfit(_no_such_member(name, names), name)
        for member in known:
            try:
                yield from self._member(member, given.get(member.name))
            except _Misfit as misfit:
                raise misfit.inside(member.name) from None

    def _member(self, member: Member, value: Any) -> Iterator[str]:
        item = None if member.repeated else self._description.item(member.type)
        if item is not None:
            if value or member.required:
                yield _element(member.name, "".join(self._items(item, value or ())))
        elif member.repeated:
            yield from self._items(member, value or ())
        elif value is not None:
            yield _element(member.name, self._content(member.type, value))
        elif member.required:
            raise _Misfit("is missing, and MplusKASSA demands it")

    def _items(self, item: Member, values: Any) -> Iterator[str]:
        if isinstance(values, str | bytes | Mapping) or not isinstance(values, Sequence):
            raise _expected("a list", values)
        sole = self._description.sole_text(item)
        for number, value in enumerate(values):
            try:
                inside = self._content(item.type, value) if sole is None else _element(sole.name, self._content(sole.type, value))
            except _Misfit as misfit:
                raise misfit.inside(f"[{number}]") from None
            yield _element(item.name, inside)

    def _content(self, type_name: str, value: Any) -> str:
        if type_name in WHOLE_NUMBERS:
            return _whole_number(value, *WHOLE_NUMBERS[type_name])
        if type_name in _SCALARS:
            return _SCALARS[type_name](value)
        if type_name in self._description.enumerations:
            return _choice(value, self._description.enumerations[type_name])
        if type_name == "xsd:dateTime":
            return self._wall_clock(value).isoformat(timespec="seconds")
        if type_name == "SoapMplusDate":
            day = _calendar_day(value)
            return "".join(_element(name, str(part)) for name, part in (("day", day.day), ("mon", day.month), ("year", day.year)))
        if type_name == "SoapMplusDateTime":
            return _mplus_datetime(self._wall_clock(value))
        if not isinstance(value, Mapping):
            raise _expected("a record", value)
        return "".join(self._members(self._description.types[type_name], value))

    def _wall_clock(self, value: Any) -> datetime:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise _expected("a datetime with a zone", value)
        return value.astimezone(self._zone)


def _no_such_member(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return "MplusKASSA has no such member" + (f"; {near[0]} comes nearest" if near else "")


def _expected(what: str, value: Any) -> _Misfit:
    return _Misfit(f"{what} is expected, not {type(value).__name__}")


def _element(name: str, content: str) -> str:
    return f"<{name}>{content}</{name}>" if content else f"<{name}/>"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _expected("a text", value)
    found = _FORBIDDEN.search(value)
    if found:
        raise _Misfit(f"the text holds the control character U+{ord(found.group()):04X} at position {found.start()}")
    return escape(value, {"\r": "&#13;"})


def _choice(value: Any, allowed: frozenset[str]) -> str:
    text = _text(value)
    if text not in allowed:
        raise _Misfit(f"none of the values that MplusKASSA knows: {', '.join(sorted(allowed))}")
    return text


def _whole_number(value: Any, least: int, most: int) -> str:
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise _expected("a whole number", value)
    number = int(value)
    if not least <= number <= most:
        raise _Misfit(f"a whole number from {least} to {most} is expected")
    return str(number)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise _expected("a Decimal or whole number", value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise _Misfit("a finite number is expected")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _truth(value: Any) -> str:
    if not isinstance(value, bool):
        raise _expected("true or false", value)
    return "true" if value else "false"


def _calendar_day(value: Any) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _expected("a date", value)
    return value


def _mplus_datetime(wall: datetime) -> str:
    offset = wall.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    parts: list[tuple[str, int]] = [("sec", wall.second), ("min", wall.minute), ("hour", wall.hour)]
    parts += [("day", wall.day), ("mon", wall.month), ("year", wall.year)]
    written = "".join(_element(name, str(part)) for name, part in parts)
    return written + _element("isdst", _truth(bool(wall.dst()))) + _element("timezone", str(minutes))


_SCALARS: Mapping[str, Callable[[Any], str]] = {
    "xsd:string": _text,
    "xsd:boolean": _truth,
    "xsd:decimal": _number,
    "xsd:date": lambda value: _calendar_day(value).isoformat(),
}
