from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.clients.mplus.description import describe
from posbridge_dagster.clients.mplus.opening import open_envelope
from posbridge_dagster.clients.mplus.reading import AnswerReader, Record, UnreadableAnswer
from posbridge_dagster_tests.clients.mplus.product_answers import products_answer
from posbridge_dagster_tests.clients.mplus.scripted import answer, envelope
from posbridge_dagster_tests.clients.mplus.zeep_reading import ZeepReader, differences

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
READER = AnswerReader(describe(), AMSTERDAM)
ZEEP = ZeepReader()


def read(operation: str, body: bytes) -> Record:
    known = describe().operations[operation]
    return READER.read(known, open_envelope(body).expect(known.answer_element))


def read_product(inside: str) -> Record:
    product = f"<productList><product>{inside}</product></productList>"
    record: Record = read("getProducts", answer("GetProductsResponse", product).body)["productList"][0]
    return record


def read_article(inside: str) -> Record:
    record: Record = read_product(f"<articleList><article>{inside}</article></articleList>")["articleList"][0]
    return record


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10**6))
def test_products_read_the_same_as_with_zeep(articles: int, seed: int) -> None:
    body = products_answer(articles, seed)
    ours = read("getProducts", body)
    assert sum(len(product["articleList"]) for product in ours["productList"]) == articles
    assert list(differences(ours["productList"], ZEEP.read("getProducts", body))) == []


def test_an_order_reads_the_same_as_with_zeep() -> None:
    body = answer("GetOrderResponse", ORDER).body
    ours = read("findOrder", body)
    assert list(differences(ours, ZEEP.read("findOrder", body))) == []
    order = ours["order"]
    assert order["extOrderId"] == "shopify:winkel:5001"
    assert order["financialDate"] == date(2026, 11, 20)
    assert order["deliveryDate"] is None
    assert order["entryTimestamp"] == datetime(2026, 11, 20, 16, 5, 9, tzinfo=UTC)
    assert order["invoiceIds"] == ["a-1", "a-2"]
    assert [line["data"]["quantity"] for line in order["lineList"]] == [125, 1]
    assert order["lineList"][0]["data"]["averagePurchasePrice"] == Decimal("3.145000")
    assert order["lineList"][0]["preparationList"][0]["text"] == "Cadeaupapier"


ORDER = """
<result>GET-ORDER-RESULT-OK</result>
<order><orderId>0f8fad5bd9cb469fa16570867728950e</orderId><extOrderId>shopify:winkel:5001</extOrderId>
<invoiceIds><id>a-1</id><id>a-2</id></invoiceIds><syncMarker>9007199254740993</syncMarker><orderType>ORDER-TYPE-SALES-ORDER</orderType>
<entryTimestamp><sec>9</sec><min>5</min><hour>17</hour><day>20</day><mon>11</mon><year>2026</year><isdst>false</isdst><timezone>0</timezone></entryTimestamp>
<deliveryAddress><name>J. de Vries</name><address>Dorpsstraat 1 &amp; 2</address></deliveryAddress>
<financialDate><day>20</day><mon>11</mon><year>2026</year></financialDate><totalInclAmount>-1995</totalInclAmount>
<vatGroupList><vatGroup><vatCode>2</vatCode><vatPercentage>2100</vatPercentage></vatGroup></vatGroupList>
<deliveryDate><day>0</day><mon>0</mon><year>0</year></deliveryDate><fullyPaid>1</fullyPaid>
<lineList><line><articleNumber>4711</articleNumber><text></text><data><quantity>125</quantity><decimalPlaces>2</decimalPlaces>
<averagePurchasePrice>3.145000</averagePurchasePrice></data>
<preparationList><line><articleNumber>0</articleNumber><text>Cadeaupapier</text></line></preparationList></line>
<line><articleNumber>4712</articleNumber><data><quantity>1</quantity></data></line></lineList></order>
"""


def test_lists_are_there_when_the_answer_lacks_them() -> None:
    product = read_product("<productNumber>5</productNumber>")
    assert product["articleList"] == []
    assert product["groupNumbers"] == []
    assert "description" not in product


def test_any_prefixes_are_read() -> None:
    product = b'<q:product xmlns:q="urn:mplusqapi"><q:productNumber> 12 </q:productNumber></q:product>'
    called = (
        b'<m:GetProductsResponse xmlns:m="urn:mplusqapi"> <!-- nothing --><m:productList>'
        + product
        + b"</m:productList></m:GetProductsResponse>"
    )
    body = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>' + called + b"</s:Body></s:Envelope>"
    assert read("getProducts", body)["productList"][0]["productNumber"] == 12


def test_what_the_wsdl_does_not_know_is_kept() -> None:
    article = read_article(
        "<vatCode>2</vatCode><tag>a</tag><tag>b</tag><origin><country>NL</country></origin><specialPrice>PRICE-NEW</specialPrice>"
    )
    assert article["tag"] == ["a", "b"]
    assert article["origin"] == {"country": "NL"}
    assert article["specialPrice"] == "PRICE-NEW"
    product = read_product("<articleList><total>7</total><article><vatCode>2</vatCode></article></articleList>")
    assert product["articleList.total"] == "7"
    assert [article["vatCode"] for article in product["articleList"]] == [2]


def test_texts_are_never_turned_into_numbers() -> None:
    article = read_article("<pluNumber>000042</pluNumber><barcode>0871</barcode><colour></colour><size> </size>")
    assert (article["pluNumber"], article["barcode"], article["colour"], article["size"]) == ("000042", "0871", "", " ")


def moment(hour: int, offset: int, day: int = 25, month: int = 10) -> str:
    clock = f"<sec>0</sec><min>30</min><hour>{hour}</hour><day>{day}</day><mon>{month}</mon><year>2026</year>"
    return f"<changeTimestamp>{clock}<isdst>false</isdst><timezone>{offset}</timezone></changeTimestamp>"


@pytest.mark.parametrize(
    ("hour", "offset", "utc_hour"),
    [(2, 120, 0), (2, 60, 1), (2, 0, 0), (1, 120, 23), (3, 60, 2), (3, 0, 2), (3, 300, 2)],
    ids=["summer", "winter", "no hint", "before", "after", "after without hint", "nonsense hint"],
)
def test_the_wall_clock_counts_and_the_offset_only_settles_the_hour_that_comes_twice(hour: int, offset: int, utc_hour: int) -> None:
    read_at = read_article(moment(hour, offset))["changeTimestamp"]
    assert read_at.hour == hour
    assert read_at.astimezone(UTC).hour == utc_hour


def test_schema_dates_are_read_with_and_without_an_offset() -> None:
    plain = read_article("<oldestBestBeforeDate>2026-11-20</oldestBestBeforeDate>")
    shifted = read_article("<oldestBestBeforeDate>2026-11-20+01:00</oldestBestBeforeDate>")
    assert plain["oldestBestBeforeDate"] == shifted["oldestBestBeforeDate"] == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("inside", "where"),
    [
        ("<articleNumber>4711a</articleNumber>", "article/articleNumber"),
        ("<active>yes</active>", "article/active"),
        ("<changeTimestamp><day>31</day><mon>2</mon><year>2026</year></changeTimestamp>", "article/changeTimestamp"),
    ],
)
def test_a_value_of_the_wrong_type_is_named_by_its_path_and_not_shown(inside: str, where: str) -> None:
    with pytest.raises(UnreadableAnswer) as unreadable:
        read_article(inside)
    assert unreadable.value.where.endswith(where)
    assert "4711a" not in str(unreadable.value)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\x00not an answer\xff", "no complete XML"),
        (b"", "no complete XML"),
        (products_answer(3)[:900], "no complete XML"),
        (b"<html><body>Welcome</body></html>", "document of html"),
        (envelope(""), "holds nothing"),
        (answer("GetOrdersResponse").body, "holds GetOrdersResponse instead of GetProductsResponse"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaa'>]>" + envelope("<a>&a;</a>"), "document type"),
    ],
)
def test_what_is_no_envelope_of_the_call_is_unreadable(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAnswer, match=reason):
        read("getProducts", body)
