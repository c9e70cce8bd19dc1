"""The interface as tables: operations, types and enumerations, read once from mplusqapi.wsdl."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lxml import etree

NAMESPACE = "urn:mplusqapi"
XSD = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"

WHOLE_NUMBERS: Mapping[str, tuple[int, int]] = {
    "xsd:unsignedByte": (0, 2**8 - 1),
    "xsd:short": (-(2**15), 2**15 - 1),
    "xsd:unsignedShort": (0, 2**16 - 1),
    "xsd:int": (-(2**31), 2**31 - 1),
    "xsd:unsignedInt": (0, 2**32 - 1),
    "xsd:long": (-(2**63), 2**63 - 1),
    "xsd:unsignedLong": (0, 2**64 - 1),
}
"""Smallest and largest value of each whole number of the schema."""


@dataclass(frozen=True)
class Member:
    """One element inside a type: its name, its type (``xsd:long`` or the bare name of an own type) and its cardinality."""

    name: str
    type: str
    required: bool
    repeated: bool


@dataclass(frozen=True)
class Operation:
    """One call: the members of its request element, and the element and type of its answer (irregular names)."""

    name: str
    request: tuple[Member, ...]
    answer_element: str
    answer_type: str

    @property
    def reads(self) -> bool:
        """Whether the call changes nothing, which its name tells."""
        return self.name.startswith(("get", "find"))


@dataclass(frozen=True)
class Description:
    """The whole interface; a type's members are in the order of the schema, inherited ones first."""

    operations: Mapping[str, Operation]
    types: Mapping[str, tuple[Member, ...]]
    enumerations: Mapping[str, frozenset[str]]

    def item(self, type_name: str) -> Member | None:
        """Return the repeated member when the type is nothing but a wrapper around a list, else None."""
        members = self.types.get(type_name, ())
        return members[0] if len(members) == 1 and members[0].repeated else None

    def sole_text(self, member: Member) -> Member | None:
        """Return the member inside a list item that only repeats the item's name (``text > text``), else None."""
        members = self.types.get(member.type, ())
        return members[0] if len(members) == 1 and members[0].name == member.name and not members[0].repeated else None

    def idempotent(self, operation: Operation) -> bool:
        """Whether the call takes an idempotency key, so that the service carries it out once however often it is sent."""
        return any(inner.name == "idempotencyKey" for member in operation.request for inner in self.types.get(member.type, ()))


@cache
def describe() -> Description:
    """Return the description of the interface that posbridge speaks."""
    return read_description(files(__package__).joinpath("mplusqapi.wsdl").read_bytes())


def read_description(wsdl: bytes) -> Description:
    """Return the tables of a WSDL (document/literal, one body part per message)."""
    root = etree.fromstring(wsdl)
    complex_types, simple_types, elements = (_named(root, kind) for kind in ("complexType", "simpleType", "element"))
    types = {name: _members(node, complex_types) for name, node in complex_types.items()}
    enumerations = {
        name: frozenset(value.get("value", "") for value in node.iter(f"{XSD}enumeration")) for name, node in simple_types.items()
    }
    messages = root.iterfind(f"{WSDL}message")
    bodies = {message.get("name"): _local(part.get("element")) for message in messages for part in message.iterfind(f"{WSDL}part")}
    operations = {}
    for node in root.iterfind(f"{WSDL}portType/{WSDL}operation"):
        asked, answered = (bodies[_local(side.get("message"))] for side in node.iterfind("*[@message]"))
        name = node.get("name", "")
        operations[name] = Operation(name, _members(elements[asked], complex_types), answered, _local(elements[answered].get("type")))
    return Description(operations, types, enumerations)


def _named(root: etree._Element, kind: str) -> dict[str, etree._Element]:
    return {node.get("name", ""): node for node in root.iterfind(f"{WSDL}types/{XSD}schema/{XSD}{kind}")}


def _members(node: etree._Element, types: Mapping[str, etree._Element]) -> tuple[Member, ...]:
    extension = next(node.iter(f"{XSD}extension"), None)
    inherited = () if extension is None else _members(types[_local(extension.get("base"))], types)
    own = (member for member in node.iter(f"{XSD}element") if member is not node)
    return inherited + tuple(_member(member) for member in own)


def _member(node: etree._Element) -> Member:
    kind = node.get("type", "")
    most = node.get("maxOccurs", "1")
    required = node.get("minOccurs", "1") != "0"
    return Member(node.get("name", ""), kind if kind.startswith("xsd:") else _local(kind), required, most != "1")


def _local(name: str | None) -> str:
    return (name or "").rpartition(":")[2]
