"""SOAP envelopes: finding the call in a request, and the frame around answers and faults."""

from xml.sax.saxutils import escape

from lxml import etree

from posbridge_dagster.sandbox.mplus.schema import NAMESPACE

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"

_FRAME = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:ns="{NAMESPACE}"><SOAP-ENV:Body>{{}}</SOAP-ENV:Body></SOAP-ENV:Envelope>'
)


class SoapFault(Exception):
    """A call that is answered with a fault. ``code`` has no prefix: ``Client``, ``Client.Authentication``, ``Server``."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def call_element(body: bytes) -> etree._Element:
    """Return the first child of the SOAP Body; raises SoapFault where there is none.

    SOAPAction decides nothing: the WSDL declares it empty, and clients leave it out, quote it or put the bare name in it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise SoapFault("Client", f"the request is no well-formed XML: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SoapFault("Client", "a SOAP message has no document type definition")
    inner = root.find(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or inner is None or len(inner) == 0:
        raise SoapFault("Client", "the request is no SOAP 1.1 envelope with a call in its Body")
    return inner[0]


def answer_envelope(element: str, content: str) -> bytes:
    """Return the envelope of an answer; the content is XML already."""
    return _FRAME.format(f"<ns:{element}>{content}</ns:{element}>").encode()


def fault_envelope(fault: SoapFault) -> bytes:
    """Return the envelope of a fault."""
    return _FRAME.format(
        f"<SOAP-ENV:Fault><faultcode>SOAP-ENV:{escape(fault.code)}</faultcode><faultstring>{escape(fault.text)}</faultstring>"
        f"<detail>{escape(fault.text)}</detail></SOAP-ENV:Fault>"
    ).encode()
