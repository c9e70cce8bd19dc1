"""Answers as XML, written by the schema: members in its order, and the ways in which installations differ."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from posbridge_dagster.sandbox.mplus.moments import NO_DATE, NO_MOMENT, date_parts, moment_parts
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.mplus.schema import Member, Schema, Structure
from posbridge_dagster.sandbox.mplus.versions import Version, member_since

_NO_DATES: dict[str, Message] = {"SoapMplusDate": NO_DATE, "SoapMplusDateTime": NO_MOMENT}


@dataclass(frozen=True)
class Style:
    """How this installation writes. ``unknown_enum`` names the enumeration whose values end in ``-NOT-YET-KNOWN``."""

    zone: ZoneInfo
    percent: int = 100
    undashed_ids: bool = False
    absent_decimal_places: bool = False
    zero_dates: bool = False
    unknown_enum: str = ""


def write_message(message: Message, structure: Structure, schema: Schema, version: Version, style: Style) -> str:
    """Return the content of an answer element.

    A UUID is written with or without dashes, a date or aware datetime as its parts, members of a later service version are left
    out. Percentages come in hundredths. Raises LookupError where a message does not fit its type (a mistake in the sandbox).
    """
    writing = _Writing(schema, version, style)
    writing.members(message, structure)
    return "".join(writing.out)


class _Writing:
    def __init__(self, schema: Schema, version: Version, style: Style) -> None:
        self.structures = schema.structures
        self.enumerations = schema.enumerations
        self.version = version
        self.style = style
        self.out: list[str] = []

    def members(self, message: Message, structure: Structure) -> None:
        """Write the members of one message."""
        written = 0
        for member in structure.members:
            value = message.get(member.name)
            written += member.name in message
            if value is None:
                value = self._absent(member, structure)
                if value is None:
                    continue
            for each in value if member.many else (value,):
                self._element(member, each)
        if written != len(message):
            self._explain(message, structure)

    def _absent(self, member: Member, structure: Structure) -> Message | None:
        if member.required and not member.many:
            raise LookupError(f"an answer lacks {structure.name}/{member.name}")
        return _NO_DATES.get(member.kind) if self.style.zero_dates and not member.many else None

    def _explain(self, message: Message, structure: Structure) -> None:
        names = {member.name for member in structure.members}
        wrong = [name for name in message if name not in names and member_since(structure.name, name) <= self.version]
        if wrong:
            raise LookupError(f"{structure.name} has no member {', '.join(wrong)}")

    def _element(self, member: Member, value: Any) -> None:
        name = member.name
        inner = self.structures.get(member.kind)
        if inner is None:
            if self.style.absent_decimal_places and value == 0 and not member.required and "ecimalPlaces" in name:
                return
            self.out.append(f"<ns:{name}>{self._text(member, value)}</ns:{name}>")
            return
        if isinstance(value, datetime):
            value = moment_parts(value, self.style.zone)
        elif isinstance(value, date):
            value = date_parts(value)
        self.out.append(f"<ns:{name}>")
        self.members(value, inner)
        self.out.append(f"</ns:{name}>")

    def _text(self, member: Member, value: Any) -> str:
        if isinstance(value, str):
            return f"{value}-NOT-YET-KNOWN" if member.kind == self.style.unknown_enum else escape(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value * self.style.percent // 100) if member.name.endswith("Percentage") else str(value)
        if isinstance(value, Decimal):
            return format(value, "f")
        if isinstance(value, UUID):
            return value.hex if self.style.undashed_ids else str(value)
        return escape(str(value.isoformat() if isinstance(value, date) else value))
