"""Requests as plain values, read by the schema: any prefix, any order of elements, breaches noted and not refused."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from posbridge_dagster.sandbox.mplus.envelopes import SoapFault
from posbridge_dagster.sandbox.mplus.schema import Member, Schema, Structure

Message = dict[str, Any]

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_RANGES = {"short": 15, "int": 31, "long": 63}


def read_message(element: etree._Element, structure: Structure, schema: Schema, notes: list[str], percent: int = 100) -> Message:
    """Return the members of an element as a dict: repeated ones as lists, members of other types as dicts.

    What the schema does not allow but real clients do is noted: a missing required member, an unknown member, members out of
    order. ``percent`` is what one percent is written as; whole-number percentages come out in hundredths.
    Raises SoapFault (Client) for a value that cannot be read.
    """
    return _Reading(schema, notes, percent).message(element, structure, structure.name)


class _Reading:
    def __init__(self, schema: Schema, notes: list[str], percent: int) -> None:
        self.schema = schema
        self.notes = notes
        self.percent = percent

    def message(self, element: etree._Element, structure: Structure, path: str) -> Message:
        """Read one element; ``path`` is how notes and faults name it."""
        message: Message = {}
        furthest = 0
        for child in element:
            known = structure.by_tag.get(child.tag)
            if known is None:
                self.notes.append(f"{path} has no member {etree.QName(child).localname}")
                continue
            position, member = known
            if position < furthest:
                self.notes.append(f"{path}/{member.name} stands out of order")
            furthest = max(furthest, position)
            self._keep(message, member, child, path)
        self.notes.extend(
            f"{path} lacks the required {member.name}"
            for member in structure.members
            if member.required and not member.many and member.name not in message
        )
        return message

    def _keep(self, message: Message, member: Member, child: etree._Element, path: str) -> None:
        inner = self.schema.structures.get(member.kind)
        where = f"{path}/{member.name}"
        value = self.message(child, inner, where) if inner else self._value(member, child.text or "", where)
        if member.many:
            message.setdefault(member.name, []).append(value)
        else:
            message[member.name] = value

    def _value(self, member: Member, text: str, where: str) -> Any:
        read = _READERS.get(member.kind)
        if read is None:
            return self._enumerated(member, text.strip(), where)
        try:
            value = read(text)
        except (ValueError, InvalidOperation, KeyError) as error:
            raise SoapFault("Client", f"{where}: {text.strip()!r} is no {member.kind}") from error
        if member.kind in _RANGES:
            if not -(2 ** _RANGES[member.kind]) <= value < 2 ** _RANGES[member.kind]:
                raise SoapFault("Client", f"{where}: {value} does not fit a {member.kind}")
            if member.name.endswith("Percentage"):
                return value * 100 // self.percent
        return value

    def _enumerated(self, member: Member, text: str, where: str) -> str:
        if text not in self.schema.enumerations[member.kind]:
            raise SoapFault("Client", f"{where}: {text!r} is no {member.kind}")
        return text


def _decimal(text: str) -> Decimal:
    value = Decimal(text.strip())
    if not value.is_finite():
        raise ValueError(text)
    return value


_READERS: dict[str, Callable[[str], Any]] = {
    "string": str,
    "boolean": lambda text: _BOOLEANS[text.strip()],
    "short": int,
    "int": int,
    "long": int,
    "decimal": _decimal,
    "date": lambda text: date.fromisoformat(text.strip()[:10]),
    "dateTime": lambda text: datetime.fromisoformat(text.strip()),
}
