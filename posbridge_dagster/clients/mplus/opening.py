"""Opens the envelope of an answer: a fault or the answer element, whatever prefixes the service uses."""

from dataclasses import dataclass

from lxml import etree

from posbridge_dagster.clients.mplus.reading import UnreadableAnswer


@dataclass(frozen=True)
class SoapFault:
    """What a fault says: its code with or without prefix, and its text (the detail included)."""

    code: str
    text: str


@dataclass(frozen=True)
class Opened:
    """The content of one SOAP body: a fault, or the elements in it."""

    fault: SoapFault | None
    elements: tuple[etree._Element, ...]

    def expect(self, name: str) -> etree._Element:
        """Return the answer element of that name; raises UnreadableAnswer when the body holds another or none."""
        for element in self.elements:
            if _local(element) == name:
                return element
        held = ", ".join(map(_local, self.elements)) or "nothing"
        raise UnreadableAnswer(f"the body holds {held} instead of {name}")


def open_envelope(body: bytes) -> Opened:
    """Return the content of a SOAP answer; raises UnreadableAnswer when it is no complete, plain XML envelope."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableAnswer(f"no complete XML ({_kind(error)})") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableAnswer("a document type declaration, which SOAP forbids")
    content = _child(root, "Body") if _local(root) == "Envelope" else None
    if content is None:
        raise UnreadableAnswer(f"a document of {_local(root)} instead of a SOAP envelope with a body")
    fault = _child(content, "Fault")
    return Opened(None if fault is None else _fault(fault), tuple(content))


def _fault(fault: etree._Element) -> SoapFault:
    told = {_local(child): " ".join("".join(str(text) for text in child.itertext()).split()) for child in fault}
    text = " ".join(dict.fromkeys(part for part in (told.get("faultstring"), told.get("Reason"), told.get("detail")) if part))
    return SoapFault(told.get("faultcode") or told.get("Code") or "", text.rstrip(".") or "no text")


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if _local(child) == name), None)


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def _kind(error: etree.XMLSyntaxError) -> str:
    return f"line {error.lineno}, column {error.offset}"
