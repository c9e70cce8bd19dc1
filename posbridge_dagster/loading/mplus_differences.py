"""In what a document of MplusKASSA differs from what it should be, by the names that people use."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from posbridge_dagster.clients.mplus.values import quantity_value

Document = Mapping[str, Any]

_NAMED = {
    "relationNumber": "relation",
    "reference": "reference",
    "financialDate": "bookkeeping day",
    "financialBranchNumber": "branch",
    "deliveryMethod": "delivery method",
    "paymentMethod": "payment terms",
}
ADDRESSES = {"deliveryAddress": "delivery address", "invoiceAddress": "invoice address"}
_ADDRESS_MEMBERS = ("name", "contact", "companyName", "address", "zipcode", "city", "country")


def differences(wanted: Document, found: Document) -> list[str]:
    """Return the names of what differs. What ``wanted`` leaves open (None) is as it may be; an address it lacks should not be there.

    Lines are compared by article, quantity, price and VAT code, in any order; lines of nothing that MplusKASSA added, such as the
    parts of a composite article, are no difference.
    """
    off = [name for member, name in _NAMED.items() if wanted.get(member) is not None and wanted[member] != found.get(member)]
    off += [name for member, name in ADDRESSES.items() if member in wanted and address(wanted[member]) != address(found.get(member))]
    missing, surplus = line_differences(wanted["lineList"], found.get("lineList") or ())
    return [*off, "lines"] if missing or surplus else off


def line_differences(wanted: Iterable[Document], found: Iterable[Document]) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
    """Return the contents of lines (article, quantity, price, VAT code) that are missing, and those that are too many."""
    should, there = (Counter(line_content(line) for line in lines) for lines in (wanted, found))
    surplus = there - should
    return should - there, Counter({content: count for content, count in surplus.items() if content[2]})


def line_content(line: Document) -> tuple[Any, ...]:
    """Return article, quantity, price in cents and VAT code of a line."""
    data = line["data"]
    return line["articleNumber"], quantity_value(data["quantity"], data.get("decimalPlaces")), data.get("price"), data.get("vatCode")


def address(members: Document | None) -> dict[str, str]:
    """Return what an address says, without its empty members and those of MplusKASSA's own."""
    return {name: str(members[name]) for name in _ADDRESS_MEMBERS if (members or {}).get(name)} if members else {}


def changed_members(wanted: Document, found: Document) -> dict[str, Any]:
    """Return what to send so that the document found becomes the one wanted.

    A line of the same article keeps its ``lineId``; an address that should not be there any more is emptied, because one that is
    left out would stay.
    """
    emptied = {member: dict.fromkeys(_ADDRESS_MEMBERS, "") for member in ADDRESSES if member in wanted and address(found.get(member))}
    members = {name: value for name, value in wanted.items() if value is not None}
    return {**emptied, **members, "lineList": _with_ids(wanted["lineList"], found.get("lineList") or ())}


def _with_ids(wanted: Sequence[Document], found: Sequence[Document]) -> list[dict[str, Any]]:
    free: dict[int, list[str]] = {}
    for line in found:
        free.setdefault(line["articleNumber"], []).append(line["lineId"])
    known = [free[line["articleNumber"]].pop(0) if free.get(line["articleNumber"]) else None for line in wanted]
    return [{**line, "lineId": line_id} if line_id else dict(line) for line, line_id in zip(wanted, known, strict=True)]


def payment_differences(wanted: Iterable[Document], found: Iterable[Document]) -> tuple[list[Document], list[tuple[str, int]]]:
    """Return the payments that are missing, and (method, cents) of those that are too many."""
    there = Counter((payment["method"], payment["amount"]) for payment in found)
    missing = []
    for payment in wanted:
        key = (payment["method"], payment["amount"])
        if there[key]:
            there[key] -= 1
        else:
            missing.append(payment)
    return missing, list(there.elements())
