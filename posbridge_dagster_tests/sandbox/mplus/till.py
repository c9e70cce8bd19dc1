"""A client that says exactly what a test wants it to say: plain values become XML, answers become elements without namespace."""

from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

import requests
from lxml import etree

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.running import Served

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
QUERY = "/?ident=sandbox&secret=sandbox-secret"


def xml(members: dict[str, Any]) -> str:
    """Write members as elements with the prefix ns1, in the order in which they are given."""
    parts = []
    for name, value in members.items():
        for each in value if isinstance(value, list) else [value]:
            inner = xml(each) if isinstance(each, dict) else escape(str(each).lower() if isinstance(each, bool) else str(each))
            parts.append(f"<ns1:{name}>{inner}</ns1:{name}>")
    return "".join(parts)


def envelope(content: str) -> bytes:
    return f'<e:Envelope xmlns:e="{SOAP}" xmlns:ns1="urn:mplusqapi"><e:Header/><e:Body>{content}</e:Body></e:Envelope>'.encode()


@dataclass
class Fault(Exception):
    status: int
    code: str
    text: str


@dataclass
class Reply:
    """The answer element; paths are element names joined by slashes."""

    element: etree._Element

    def __getitem__(self, path: str) -> str:
        found = self.element.findtext(path)
        assert found is not None, f"the answer has no {path}: {etree.tostring(self.element).decode()}"
        return found

    def all(self, path: str) -> list[str]:
        return [element.text or "" for element in self.element.iterfind(path)]

    def each(self, path: str) -> list["Reply"]:
        return [Reply(element) for element in self.element.iterfind(path)]

    def has(self, path: str) -> bool:
        return self.element.find(path) is not None


@dataclass
class Till:
    """Calls one sandbox over its socket."""

    served: Served
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def sandbox(self) -> MplusSandbox:
        assert isinstance(self.served.system, MplusSandbox)
        return self.served.system

    def post(self, body: bytes, **arguments: Any) -> requests.Response:
        return self.session.post(self.served.url + QUERY, data=body, timeout=20, **arguments)

    def call(self, operation: str, **members: Any) -> Reply:
        answer = self.post(envelope(xml({operation: members})))
        body = etree.fromstring(answer.content).find(f"{{{SOAP}}}Body")
        assert body is not None
        if answer.status_code != 200:
            raise Fault(answer.status_code, body[0].findtext("faultcode", ""), body[0].findtext("faultstring", ""))
        for element in body.iter():
            element.tag = etree.QName(element).localname
        return Reply(body[0])

    def ask(self, operation: str, **members: Any) -> Reply:
        """Make a call whose members stand in a ``request`` element."""
        return self.call(operation, request=members)

    def stock(self, article: int, branch: int = 1) -> tuple[int, int]:
        """Return what is free and what is reserved."""
        row = self.ask("getStock", branchNumber=branch, articleNumbers={"articleNumbers": article})
        return int(row["articleStocks/amountFree"]), int(row["articleStocks/amountReserved"])


def line(article: int, quantity: int = 1, price: int = 1000, **data: Any) -> dict[str, Any]:
    return {"articleNumber": article, "data": {"quantity": quantity, "price": price, **data}}


def order(ext_id: str, *lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "orderId": "",
        "extOrderId": ext_id,
        "entryBranchNumber": 1,
        "employeeNumber": 999999,
        "relationNumber": 1,
        "financialBranchNumber": 1,
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        **members,
        "lineList": {"line": list(lines)},
    }


def payments(*amounts: int, method: str = "PIN") -> dict[str, Any]:
    return {"payment": [{"method": method, "amount": amount} for amount in amounts]}
