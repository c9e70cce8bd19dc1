from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from posbridge_dagster.clients.mplus.description import NAMESPACE, XSD, describe
from posbridge_dagster.clients.mplus.envelope import EnvelopeWriter, InvalidRequest

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WRITER = EnvelopeWriter(describe(), AMSTERDAM)


def schema() -> etree.XMLSchema:
    root = etree.fromstring((files("posbridge_dagster.clients.mplus") / "mplusqapi.wsdl").read_bytes())
    return etree.XMLSchema(etree.fromstring(etree.tostring(next(root.iter(f"{XSD}schema")))))


SCHEMA = schema()


def write(operation: str, members: Mapping[str, Any]) -> etree._Element:
    """The operation's element, checked against the schema."""
    root = etree.fromstring(WRITER.write(describe().operations[operation], members))
    header, body = root
    assert (etree.QName(header).localname, len(header)) == ("Header", 0)
    SCHEMA.assertValid(body[0])
    return body[0]


def names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def text(element: etree._Element, path: str) -> str | None:
    return element.findtext("/".join(f"{{{NAMESPACE}}}{step}" for step in path.split("/")))


def order(**members: Any) -> dict[str, Any]:
    return {"idempotencyKey": "k-1", "order": {"orderId": "", **members}}


def test_an_operation_without_members_is_an_empty_element() -> None:
    element = write("getApiVersion", {})
    assert element.tag == "{urn:mplusqapi}getApiVersion"
    assert len(element) == 0


@given(st.permutations(["order", "prepay", "idempotencyKey", "applySalesPrices", "paymentList"]), st.data())
@settings(max_examples=30)
def test_members_come_in_the_order_of_the_schema_whatever_order_they_are_given_in(given_order: list[str], data: st.DataObject) -> None:
    lines = [{"data": {"decimalPlaces": 0, "price": 995, "quantity": 1}, "articleNumber": 4711}]
    order_names = data.draw(st.permutations(["reference", "orderId", "lineList", "extOrderId", "relationNumber"]))
    values = {"reference": "#1001", "orderId": "", "lineList": lines, "extOrderId": "e", "relationNumber": 7}
    request = {
        "order": {name: values[name] for name in order_names},
        "prepay": False,
        "idempotencyKey": "k-1",
        "applySalesPrices": False,
        "paymentList": [{"amount": 995, "method": "PIN"}],
    }
    element = write("createOrderV3", {"request": {name: request[name] for name in given_order}})
    assert names(element[0]) == ["idempotencyKey", "order", "applySalesPrices", "prepay", "paymentList"]
    assert names(element[0][1]) == ["orderId", "extOrderId", "relationNumber", "reference", "lineList"]
    assert text(element, "request/order/lineList/line/data/price") == "995"


def test_none_and_empty_optional_lists_are_left_out_and_demanded_lists_are_empty_elements() -> None:
    element = write("getOrders", {"request": {"articlePluNumbers": [], "syncMarker": None, "orderTypeList": [], "branchNumbers": []}})
    assert names(element[0]) == ["articlePluNumbers", "articleBarcodes"]
    assert [len(child) for child in element[0]] == [0, 0]


def test_lists_are_wrapped_as_the_schema_says() -> None:
    element = write("getOrdersByExtOrderIds", {"request": {"extOrderIds": ["a", "b"]}})
    assert [child.text for child in element[0][0]] == ["a", "b"]
    texts = write("getProducts", {"request": {"pluNumbers": ["007"], "articleNumbers": [1, 2]}})
    assert names(texts[0]) == ["articleNumbers", "articleNumbers", "pluNumbers"]
    assert text(texts, "request/pluNumbers/text/text") == "007"


def test_numbers_are_written_plainly() -> None:
    invoice = {"employeeNumber": 999999, "relationNumber": 2**40, "financialBranchNumber": 1, "entryBranchNumber": 1}
    line = {"data": {"quantity": Decimal("1E+2"), "price": Decimal("0.00000100"), "discountAmount": -5}}
    request = {"idempotencyKey": "k", "invoice": {**invoice, "lineList": [line]}, "processorContext": {"dryRun": True}}
    element = write("processInvoice", {"request": request})
    assert text(element, "request/invoice/lineList/line/data/quantity") == "100"
    assert text(element, "request/invoice/lineList/line/data/price") == "0.00000100"
    assert text(element, "request/invoice/lineList/line/data/discountAmount") == "-5"
    assert text(element, "request/processorContext/dryRun") == "true"


@pytest.mark.parametrize(
    ("at", "hour", "offset", "isdst"),
    [
        (datetime(2026, 7, 1, 10, tzinfo=UTC), "12", "120", "true"),
        (datetime(2026, 12, 1, 10, tzinfo=UTC), "11", "60", "false"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2", "120", "true"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2", "60", "false"),
    ],
)
def test_a_moment_is_written_as_wall_clock_with_its_true_offset(at: datetime, hour: str, offset: str, isdst: str) -> None:
    element = write("createOrderV3", {"request": order(entryTimestamp=at)})
    path = "request/order/entryTimestamp"
    assert [text(element, f"{path}/{part}") for part in ("hour", "timezone", "isdst")] == [hour, offset, isdst]


def test_a_day_is_written_by_the_declared_type() -> None:
    element = write("createOrderV3", {"request": order(financialDate=date(2026, 11, 9))})
    assert [text(element, f"request/order/financialDate/{part}") for part in ("day", "mon", "year")] == ["9", "11", "2026"]
    invoice = {"employeeNumber": 1, "relationNumber": 1, "financialBranchNumber": 1, "entryBranchNumber": 1, "dueDate": date(2026, 11, 9)}
    processed = write("processInvoice", {"request": {"idempotencyKey": "k", "invoice": invoice, "processorContext": {}}})
    assert text(processed, "request/invoice/dueDate") == "2026-11-09"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")))
def test_every_printable_text_arrives_unchanged(reference: str) -> None:
    assert text(write("createOrderV3", {"request": order(reference=reference)}), "request/order/reference") == reference


@pytest.mark.parametrize(
    ("members", "path", "reason"),
    [
        ({"refrence": "x"}, "request.order.refrence", "reference comes nearest"),
        ({"relationNumber": "12"}, "request.order.relationNumber", "a whole number is expected, not str"),
        ({"relationNumber": True}, "request.order.relationNumber", "not bool"),
        ({"relationNumber": 2**63}, "request.order.relationNumber", "from -9223372036854775808"),
        ({"totalInclAmount": 19.95}, "request.order.totalInclAmount", "not float"),
        ({"reference": 1001}, "request.order.reference", "a text is expected, not int"),
        ({"reference": "a\x0bb"}, "request.order.reference", r"U\+000B at position 1"),
        ({"fullyPaid": 1}, "request.order.fullyPaid", "true or false"),
        ({"vatMethod": "INCLUSIVE"}, "request.order.vatMethod", "VAT-METHOD-INCLUSIVE"),
        ({"entryTimestamp": datetime(2026, 1, 1)}, "request.order.entryTimestamp", "with a zone"),  # noqa: DTZ001
        ({"financialDate": datetime(2026, 1, 1, tzinfo=UTC)}, "request.order.financialDate", "a date is expected"),
        ({"lineList": {"line": []}}, "request.order.lineList", "a list is expected"),
        ({"lineList": [{"text": "a"}]}, r"request.order.lineList.\[0\].articleNumber", "demands it"),
        ({"deliveryAddress": "Dorpsstraat"}, "request.order.deliveryAddress", "a record is expected"),
    ],
)
def test_what_does_not_fit_is_refused_with_operation_path_and_reason(members: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidRequest, match=f"createOrderV3: {path}: .*{reason}") as refused:
        write("createOrderV3", {"request": order(**members)})
    assert refused.value.code == "invalid_request"


def test_a_refusal_does_not_show_the_value() -> None:
    with pytest.raises(InvalidRequest) as refused:
        write("createOrderV3", {"request": order(reference="Jan Jansen\x00")})
    assert "Jansen" not in str(refused.value)
