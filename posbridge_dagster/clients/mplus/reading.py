"""Typed reading of answers.

A record is a dict of the members that the answer holds, under their names in the WSDL:

* whole numbers are int, ``decimal`` is Decimal, ``boolean`` is bool, an enumeration is its text (unknown values included);
* a list is a plain list and always there, empty when the answer lacks it; the name of the wrapped element is left out, so
  ``product["articleList"]`` is the list of its articles and ``order["extOrderIds"]`` a list of texts;
* SoapMplusDate is a date, None when day, month or year is zero (the interface's "no date"); SoapMplusDateTime is a datetime
  in the zone of the installation: the wall clock counts, ``timezone`` only chooses between the two readings of the hour that
  comes twice and ``isdst`` is not looked at, because writers fill them badly; ``xsd:dateTime`` is the same, naive text
  meaning that zone;
* a member or element that the WSDL does not know is kept: text, a dict, or a list when it is repeated.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lxml import etree

from posbridge_dagster.clients.mplus.description import NAMESPACE, WHOLE_NUMBERS, Description, Member, Operation

Record = dict[str, Any]
Read = Callable[[etree._Element], Any]
Put = Callable[[Record, etree._Element], None]

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class UnreadableAnswer(Exception):
    """An answer that is no SOAP envelope, or holds a value that its declared type does not allow; ``where`` is its path.

    The value itself is not told: it may be a person's.
    """

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason, self.where = reason, where
        super().__init__(f"{where}: {reason}" if where else reason)


class _Plan(NamedTuple):
    """How one type is read: what to do with each tag, and the lists that are there even when empty."""

    puts: dict[str, Put]
    lists: list[str]


class AnswerReader:
    """Reads the answers of one installation; the plan of each type is made once, when it is first met."""

    def __init__(self, description: Description, zone: ZoneInfo) -> None:
        self._description = description
        self._zone = zone
        self._plans: dict[str, _Plan] = {}

    def read(self, operation: Operation, answer: etree._Element) -> Record:
        """Return the answer element of an operation as a record; raises UnreadableAnswer."""
        return _read_record(answer, self._plan(operation.answer_type))

    def _plan(self, type_name: str) -> _Plan:
        if type_name not in self._plans:
            self._plans[type_name] = plan = _Plan({}, [])  # known before it is filled, because lines hold lines
            for member in self._description.types[type_name]:
                item = None if member.repeated else self._description.item(member.type)
                put = self._put(member, item)
                plan.puts.update({f"{{{NAMESPACE}}}{member.name}": put, member.name: put})
                if member.repeated or item:
                    plan.lists.append(member.name)
        return self._plans[type_name]

    def _put(self, member: Member, item: Member | None) -> Put:
        if item is not None:
            return _put_items(member.name, item.name, self._item(item))
        read = self._value(member.type)
        return _put_one_more(member.name, read) if member.repeated else _put_only(member.name, read)

    def _value(self, type_name: str) -> Read:
        if type_name in self._description.types:
            special = {"SoapMplusDate": _mplus_date, "SoapMplusDateTime": lambda element: _mplus_datetime(element, self._zone)}
            return special.get(type_name) or self._record(type_name)
        if type_name == "xsd:dateTime":
            return _converted(lambda text: moment(text, self._zone))
        convert = int if type_name in WHOLE_NUMBERS else _CONVERSIONS.get(type_name)
        return _converted(convert) if convert else _text

    def _record(self, type_name: str) -> Read:
        plan = self._plan(type_name)
        return lambda element: _read_record(element, plan)

    def _item(self, item: Member) -> Read:
        read, sole = self._value(item.type), self._description.sole_text(item)
        return read if sole is None else lambda element: read(element).get(sole.name, "")


def _read_record(element: etree._Element, plan: _Plan) -> Record:
    record: Record = {name: [] for name in plan.lists}
    puts = plan.puts
    child = element
    try:
        for child in element:
            puts.get(child.tag, _put_unknown)(record, child)
    except (ValueError, ArithmeticError):
        raise UnreadableAnswer("the value does not fit its declared type", _path(child)) from None
    return record


def _put_only(name: str, read: Read) -> Put:
    def put(record: Record, element: etree._Element) -> None:
        record[name] = read(element)

    return put


def _put_one_more(name: str, read: Read) -> Put:
    def put(record: Record, element: etree._Element) -> None:
        record[name].append(read(element))

    return put


def _put_items(name: str, item: str, read: Read) -> Put:
    tags = (f"{{{NAMESPACE}}}{item}", item)

    def put(record: Record, element: etree._Element) -> None:
        items = record[name]
        for child in element:
            if child.tag in tags:
                items.append(read(child))
            else:
                _keep(record, f"{name}.{_local(child)}", _untyped(child))

    return put


def _put_unknown(record: Record, element: etree._Element) -> None:
    _keep(record, _local(element), _untyped(element))


def _keep(record: Record, name: str, value: Any) -> None:
    if name not in record:
        record[name] = value
    elif isinstance(record[name], list):
        record[name].append(value)
    else:
        record[name] = [record[name], value]


def _untyped(element: etree._Element) -> Any:
    if not len(element):
        return element.text or ""
    record: Record = {}
    for child in element:
        _put_unknown(record, child)
    return record


def _text(element: etree._Element) -> Any:
    text = element.text
    return text if text and not text.isspace() else _untyped(element)


def _converted(convert: Callable[[str], Any]) -> Read:
    def read(element: etree._Element) -> Any:
        text = element.text
        return convert(text) if text else None

    return read


def _truth(text: str) -> bool:
    truth = _TRUTH.get(text.strip())
    if truth is None:
        raise ValueError
    return truth


def _decimal(text: str) -> Decimal:
    number = Decimal(text.strip())
    if not number.is_finite():
        raise ValueError
    return number


def moment(text: str, zone: ZoneInfo) -> datetime:
    """Return an ``xsd:dateTime`` in the zone; without an offset it is that zone's wall clock. Raises ValueError."""
    read = datetime.fromisoformat(text.strip())
    return read.replace(tzinfo=zone) if read.tzinfo is None else read.astimezone(zone)


def _day(text: str) -> date:
    return date.fromisoformat(text.strip()[:10])  # an offset behind the day says nothing about the business day


_CONVERSIONS: dict[str, Callable[[str], Any]] = {"xsd:decimal": _decimal, "xsd:boolean": _truth, "xsd:date": _day}


def _parts(element: etree._Element) -> dict[str, str]:
    return {child.tag.rpartition("}")[2]: child.text or "" for child in element}


def _mplus_date(element: etree._Element) -> date | None:
    parts = _parts(element)
    year, month, day = int(parts.get("year") or 0), int(parts.get("mon") or 0), int(parts.get("day") or 0)
    return date(year, month, day) if year and month and day else None


def _mplus_datetime(element: etree._Element, zone: ZoneInfo) -> datetime | None:
    parts = _parts(element)
    year, month, day = int(parts.get("year") or 0), int(parts.get("mon") or 0), int(parts.get("day") or 0)
    if not (year and month and day):
        return None
    hour, minute, second = int(parts.get("hour") or 0), int(parts.get("min") or 0), int(parts.get("sec") or 0)
    first = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    return first if _fits(first, parts) else _second_reading(first, parts)


def _fits(read: datetime, parts: dict[str, str]) -> bool:
    offset = read.utcoffset()
    return offset is None or offset.total_seconds() == int(parts.get("timezone") or 0) * 60


def _second_reading(first: datetime, parts: dict[str, str]) -> datetime:
    second = first.replace(fold=1)
    return second if _fits(second, parts) else first


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def _path(element: etree._Element) -> str:
    path = element.getroottree().getelementpath(element)
    return "/".join(step.rpartition("}")[2] for step in path.split("/{"))
