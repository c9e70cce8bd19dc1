"""The interface description as Python knows it: operations, types and their members, read from the WSDL beside this file."""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from lxml import etree

from posbridge_dagster.sandbox.mplus.versions import Version, call_since, member_since

NAMESPACE = "urn:mplusqapi"
WSDL_FILE = Path(__file__).with_name("mplusqapi.wsdl")

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
_SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"


@dataclass(frozen=True)
class Member:
    """One member of a type: ``kind`` is an XSD type name (``long``), or the name of an enumeration or of another type."""

    name: str
    kind: str
    required: bool
    many: bool

    @cached_property
    def tag(self) -> str:
        """Return the qualified name of the element."""
        return f"{{{NAMESPACE}}}{self.name}"


@dataclass(frozen=True)
class Structure:
    """A complex type; inherited members come first."""

    name: str
    members: tuple[Member, ...]

    @cached_property
    def by_tag(self) -> dict[str, tuple[int, Member]]:
        """Return position and member by qualified element name."""
        return {member.tag: (position, member) for position, member in enumerate(self.members)}


@dataclass(frozen=True)
class Operation:
    """A call: what its Body element holds and what its answer is called and holds."""

    name: str
    request: Structure
    answer_element: str
    answer: Structure


@dataclass
class Schema:
    """Everything of one service version."""

    structures: dict[str, Structure] = field(default_factory=dict)
    enumerations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    document: bytes = b""

    def described_at(self, address: str) -> bytes:
        """Return the WSDL with its own address in it."""
        root = etree.fromstring(self.document)
        for node in root.iter(f"{_SOAP}address"):
            node.set("location", address)
        return etree.tostring(root, xml_declaration=True, encoding="utf-8")


@lru_cache(maxsize=8)
def schema_of(version: Version) -> Schema:
    """Return the interface as a service of this version describes it: calls and members that came later are left out."""
    root = etree.parse(WSDL_FILE).getroot()
    _forget_later_calls(root, version)
    nodes = {node.get("name"): node for part in root.iter(f"{_XSD}schema") for node in part.iterchildren(f"{_XSD}complexType")}
    for name, node in nodes.items():
        for element in [*node.iter(f"{_XSD}element")]:
            if version < member_since(name or "", element.get("name", "")):
                _remove(element)
    schema = Schema(document=etree.tostring(root))
    for name in nodes:
        schema.structures[name or ""] = Structure(name or "", tuple(_members(name or "", nodes)))
    for node in root.iter(f"{_XSD}simpleType"):
        schema.enumerations[node.get("name", "")] = tuple(value.get("value", "") for value in node.iter(f"{_XSD}enumeration"))
    schema.operations = {operation.name: operation for operation in _operations(root, schema.structures)}
    return schema


def _forget_later_calls(root: etree._Element, version: Version) -> None:
    for part in (*root.iter(f"{_WSDL}portType"), *root.iter(f"{_WSDL}binding")):
        for operation in part.findall(f"{_WSDL}operation"):
            if version < call_since(operation.get("name", "")):
                _remove(operation)


def _remove(node: etree._Element) -> None:
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _local(name: str | None) -> str:
    return (name or "").rpartition(":")[2]


def _members(name: str, nodes: dict[str | None, etree._Element]) -> list[Member]:
    node = nodes[name]
    inherited = [member for base in node.iter(f"{_XSD}extension") for member in _members(_local(base.get("base")), nodes)]
    return inherited + _own_members(node)


def _own_members(node: etree._Element) -> list[Member]:
    return [
        Member(
            element.get("name", ""), _local(element.get("type")), element.get("minOccurs", "1") != "0", element.get("maxOccurs", "1") != "1"
        )
        for element in node.iter(f"{_XSD}element")
        if element is not node
    ]


def _operations(root: etree._Element, structures: dict[str, Structure]) -> list[Operation]:
    parts = {
        message.get("name"): _local(part.get("element"))
        for message in root.iter(f"{_WSDL}message")
        for part in message.iterchildren(f"{_WSDL}part")
    }
    elements = {node.get("name"): node for part in root.iter(f"{_XSD}schema") for node in part.iterchildren(f"{_XSD}element")}
    found = []
    for node in root.iterfind(f"{_WSDL}portType/{_WSDL}operation"):
        asked, answered = (parts[_local(side.get("message"))] for tag in ("input", "output") for side in node.iterchildren(f"{_WSDL}{tag}"))
        request = Structure(asked, tuple(_own_members(elements[asked])))
        found.append(Operation(node.get("name", ""), request, answered, structures[_local(elements[answered].get("type"))]))
    return found
