from decimal import Decimal
from typing import Any

import pytest
import requests
import zeep
from lxml import etree

from posbridge_dagster_tests.sandbox.mplus.till import QUERY, Till


@pytest.fixture
def service(till: Till) -> Any:
    untyped: Any = zeep.Client
    return untyped(f"{till.served.url}/?wsdl").create_service("{urn:mplusqapi}MplusQapi", till.served.url + QUERY)


def test_zeep_reads_the_version_and_the_products(till: Till, service: Any) -> None:
    assert service.getApiVersion().serviceVersionDisplayString == "67.1.3"
    products = service.getProducts(request={"pluNumbers": {}})
    assert {article.articleNumber for product in products for article in product.articleList.article} == {101, 102, 103, 201, 999}


def test_zeep_sells_and_finds_the_sale_again(till: Till, service: Any) -> None:
    made = service.createOrderV3(
        request={
            "idempotencyKey": "1",
            "order": {
                "orderId": "",
                "extOrderId": "shopify:shop:1",
                "employeeNumber": 999999,
                "relationNumber": 1,
                "entryBranchNumber": 1,
                "financialBranchNumber": 1,
                "lineList": {"line": [{"articleNumber": 101, "data": {"quantity": 15, "decimalPlaces": 1, "price": 995}}]},
            },
            "prepay": False,
            "paymentList": {"payment": [{"method": "PIN", "amount": 1493}]},
        }
    )
    assert (made.result, made.payResult) == ("CREATE-ORDER-RESULT-OK", "PAY-ORDER-RESULT-OK")
    found = service.findOrder(extOrderId="shopify:shop:1")
    assert found.order.orderId == made.info.orderId
    assert found.order.totalInclAmount == 1493


def test_a_request_written_from_the_wsdl_breaks_no_rule_of_it(till: Till, service: Any) -> None:
    service.getOrders(request={"articlePluNumbers": {}, "articleBarcodes": {}, "syncMarker": 0, "includeLineList": True})
    service.getStock(request={"branchNumber": 1, "articleNumbers": {}})
    assert [call.notes for call in till.served.control.calls if call.operation != "wsdl"] == [(), ()]


def test_the_way_the_php_clients_talk(till: Till) -> None:
    """Bare SOAPAction, prefix ns1, an answer that is looked for by its literal prefixes."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="urn:mplusqapi">'
        "<SOAP-ENV:Body><ns1:getRelation><ns1:relationNumber>50</ns1:relationNumber></ns1:getRelation></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": "getRelation", "X-Request-Id": "mpac_1"}
    answer = till.post(body.encode(), headers=headers)
    assert "<SOAP-ENV:Body><ns:GetRelationResponse><ns:result>GET-RELATION-RESULT-OK</ns:result>" in answer.text
    assert till.served.control.calls[0].request_id == "mpac_1"


def test_every_member_stands_in_the_order_of_the_wsdl(till: Till) -> None:
    wsdl = etree.fromstring(requests.get(f"{till.served.url}/?wsdl", timeout=20).content)
    article_type = wsdl.find(".//{*}complexType[@name='Article']")
    article = till.ask("getProducts", pluNumbers={}, articleNumbers=[101]).element.find(".//article")
    assert article_type is not None
    assert article is not None
    declared = [element.get("name") for element in article_type.iter("{*}element")]
    written = [element.tag for element in article]
    assert written == [name for name in declared if name in written]


def test_zeep_writes_a_product_and_reads_its_group(till: Till, service: Any) -> None:
    article = {"articleNumber": 301, "vatCode": 2, "priceIncl": 1210, "colour": "rood", "colourSequenceNumber": 1}
    made = service.createProduct(product={"description": "Pet", "articleList": {"article": [article]}, "groupNumbers": [3]})
    assert (made.result, made.articleNumbers) == ("CREATE-PRODUCT-RESULT-OK", [301])
    (product,) = service.getProducts(request={"pluNumbers": {}, "articleNumbers": [301]})
    assert product.articleList.article[0].priceExcl == 1000
    tree = service.getArticleGroups(request={"retrieveArticleNumbers": True})
    (clothes,) = [group for group in tree if group.groupNumber == 2]
    assert clothes.subGroupList.articleGroups[0].articleNumbers.number == [301]
    assert {call.notes for call in till.served.control.calls if call.operation != "wsdl"} == {()}


def test_zeep_reads_how_stock_moved(till: Till, service: Any) -> None:
    till.sandbox.floor.sell(101, Decimal(2), branch=2)
    (row,) = service.getStockHistoryV2(request={"branchNumbers": [2], "sinceStockId": 9})
    assert (row.articleNumber, row.amountChanged, row.receiptNumber.branchNumber) == (101, -2, 2)
    (stock,) = service.getStock(request={"branchNumber": 2, "articleNumbers": {"articleNumbers": [101]}})
    assert (stock.amountFree, stock.ownAmountFree, stock.isDayStockArticle) == (8, Decimal(8), False)
