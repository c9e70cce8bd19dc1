"""Making orders: what is summed up, what is refused, and that nothing is half made."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import requests

from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller
from posbridge_dagster_tests.sandbox.shopify.writing import CREATE, amounts, bag, define_custom_id, line, made, refused, sale, tax

COAT = "gid://shopify/ProductVariant/9000001"
NOWHERE = "gid://shopify/ProductVariant/1"
UTRECHT = "gid://shopify/Location/1"
JAN = "gid://shopify/Customer/11"
ADDRESS = {"firstName": "Els", "lastName": "Smit", "address1": "Singel 4", "zip": "1012 AB", "city": "Amsterdam", "countryCode": "NL"}
CUSTOM_ID = {"namespace": "mplus", "key": "order_id", "type": "id", "value": "acme:1"}
BY_ID = """query ($a: UniqueMetafieldValueInput!, $b: UniqueMetafieldValueInput!) {
  first: orderByIdentifier(identifier: {customId: $a}) { id }
  second: orderByIdentifier(identifier: {customId: $b}) { id } }"""


def test_prices_that_include_vat_make_the_total(shop: Caller) -> None:
    order = made(
        shop,
        taxesIncluded=True,
        lineItems=[
            line("Jas", 2, "42.50", variantId=COAT, sku="1001", taxLines=[tax("BTW hoog", "0.21", "14.75")]),
            line("Soep", 3, "2.99", taxLines=[tax("BTW laag", "0.09", "0.74")]),
        ],
        shippingLines=[{"title": "PostNL", "priceSet": bag("5.00"), "taxLines": [tax("BTW hoog", "0.21", "0.87")]}],
        transactions=[sale("50.00"), sale("48.97", "pin", locationId=UTRECHT)],
    )
    assert amounts(order, "subtotalPriceSet", "totalShippingPriceSet", "totalPriceSet", "totalTaxSet", "totalOutstandingSet") == [
        Decimal("93.97"),
        Decimal("5.00"),
        Decimal("98.97"),
        Decimal("16.36"),
        Decimal("0.00"),
    ]
    assert [(entry["title"], entry["rate"], entry["priceSet"]["shopMoney"]["amount"]) for entry in order["taxLines"]] == [
        ("BTW hoog", 0.21, "15.62"),
        ("BTW laag", 0.09, "0.74"),
    ]
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("PAID", "UNFULFILLED")
    assert order["paymentGatewayNames"] == ["cash", "pin"]
    assert order["transactions"][1]["location"] == {"id": UTRECHT}
    assert order["name"] == "#1002"
    assert shop.served.control.calls[-1].wrote


def test_vat_comes_on_top_unless_it_is_said_to_be_included(shop: Caller) -> None:
    order = made(shop, lineItems=[line("Jas", 1, "100.00", taxLines=[tax("BTW", "0.21", "21.00")])])
    assert order["taxesIncluded"] is False
    assert amounts(order, "subtotalPriceSet", "totalPriceSet", "totalOutstandingSet") == [Decimal(100), Decimal(121), Decimal(121)]
    assert order["displayFinancialStatus"] is None, "nobody paid and nobody said so"


def test_taxes_of_the_order_are_spread_over_its_taxable_lines(shop: Caller) -> None:
    lines = [line("a", 1, "10.00"), line("b", 2, "10.00"), line("bon", 1, "7.00", taxable=False)]
    order = made(shop, taxesIncluded=True, taxLines=[tax("BTW", "0.21", "5.21")], lineItems=lines)
    assert [[entry["priceSet"]["shopMoney"]["amount"] for entry in each["taxLines"]] for each in order["lineItems"]["nodes"]] == [
        ["1.74"],
        ["3.47"],
        [],
    ]
    assert amounts(order, "totalTaxSet", "totalPriceSet") == [Decimal("5.21"), Decimal("37.00")]


@pytest.mark.parametrize(
    ("discount", "sums"),
    [
        ({"itemFixedDiscountCode": {"code": "VIJF", "amountSet": bag("5.00")}}, ["28.97", "38.97", "5.00"]),
        ({"itemPercentageDiscountCode": {"code": "TIEN", "percentage": 10.0}}, ["30.57", "40.57", "3.40"]),
        ({"freeShippingDiscountCode": {"code": "GRATIS"}}, ["33.97", "33.97", "10.00"]),
    ],
)
def test_one_discount_code_takes_off_goods_or_shipping(shop: Caller, discount: dict[str, Any], sums: list[str]) -> None:
    order = made(
        shop,
        taxesIncluded=True,
        lineItems=[line("a", 1, "25.00"), line("b", 3, "2.99")],
        shippingLines=[{"title": "PostNL", "priceSet": bag("10.00")}],
        discountCode=discount,
    )
    assert amounts(order, "subtotalPriceSet", "totalPriceSet", "totalDiscountsSet") == [Decimal(text) for text in sums]
    assert order["discountCodes"] == [next(iter(discount.values()))["code"]]


def test_goods_handed_over_already_are_not_in_the_queue(shop: Caller) -> None:
    order = made(shop, lineItems=[line("a", 2, "1.00")], fulfillment={"locationId": UTRECHT, "notifyCustomer": False})
    assert order["displayFulfillmentStatus"] == "FULFILLED"
    (queue,) = order["fulfillmentOrders"]["nodes"]
    assert (queue["status"], queue["assignedLocation"]["name"], queue["lineItems"]["nodes"][0]["remainingQuantity"]) == (
        "CLOSED",
        "Utrecht",
        0,
    )
    waiting = made(shop, lineItems=[line("a", 2, "1.00")])
    assert waiting["fulfillmentOrders"]["nodes"][0]["status"] == "OPEN"
    labelled = made(shop, lineItems=[line("a", 2, "1.00")], fulfillmentStatus="FULFILLED")
    assert (labelled["displayFulfillmentStatus"], labelled["fulfillmentOrders"]["nodes"][0]["status"]) == ("FULFILLED", "OPEN")


def test_the_business_date_lies_in_the_past_and_never_in_the_future(shop: Caller) -> None:
    past = made(shop, lineItems=[line("a", 1, "1.00")], processedAt="2026-10-01T09:00:00+02:00")
    assert (past["processedAt"], past["createdAt"]) == ("2026-10-01T07:00:00Z", "2026-11-21T12:00:00Z")
    future = made(shop, lineItems=[line("a", 1, "1.00")], processedAt="2099-01-01T00:00:00Z")
    assert future["processedAt"] == future["createdAt"]
    found = shop.data("{ orders(first: 9, query: \"processed_at:<'2026-10-02'\") { nodes { id } } }")
    assert found["orders"]["nodes"] == [{"id": past["id"]}]


def test_texts_and_keys_are_kept(shop: Caller) -> None:
    order = made(
        shop,
        name="M-1000042",
        sourceIdentifier="mplus:acme:1000042",
        tags=["mplus", "A, b"],
        note="cadeau",
        poNumber="PO 7",
        test=True,
        email="els@example.nl",
        lineItems=[line("a", 1, "1.00", properties=[{"name": "maat", "value": "M"}])],
    )
    assert (order["name"], order["sourceIdentifier"], order["note"], order["poNumber"]) == (
        "M-1000042",
        "mplus:acme:1000042",
        "cadeau",
        "PO 7",
    )
    assert (order["tags"], order["test"], order["email"]) == (["A", "b", "mplus"], True, "els@example.nl")
    assert order["sourceName"].isdecimal(), "an order that names no channel belongs to the app"
    assert order["lineItems"]["nodes"][0]["customAttributes"] == [{"key": "maat", "value": "M"}]
    found = shop.data('{ orders(first: 9, query: "source_identifier:\\"mplus:acme:1000042\\"") { nodes { id } } }')
    assert found["orders"]["nodes"] == [{"id": order["id"]}]


def test_a_customer_is_associated_or_upserted_and_gets_the_address(shop: Caller) -> None:
    one = made(shop, lineItems=[line("a", 1, "1.00")], customer={"toAssociate": {"id": JAN}}, shippingAddress=ADDRESS)
    assert (one["customer"]["email"], one["customer"]["defaultAddress"]) == ("jan@example.nl", {"city": "Amsterdam"})
    upsert = {"toUpsert": {"email": "Els@Example.nl", "firstName": "Els", "lastName": "Smit"}}
    new = made(shop, lineItems=[line("a", 1, "1.00")], customer=upsert)
    again = made(shop, lineItems=[line("a", 1, "1.00")], customer=upsert)
    assert new["customer"]["email"] == "els@example.nl"
    assert new["customer"]["id"] == again["customer"]["id"] == "gid://shopify/Customer/13"
    errors = refused(shop, lineItems=[line("a", 1, "1.00")], customer={"toAssociate": {"id": "gid://shopify/Customer/99"}})
    assert errors[0]["field"] == ["order", "customer", "toAssociate", "id"]
    taken = refused(shop, lineItems=[line("a", 1, "1.00")], customer={"toUpsert": {"email": "x@y.nl", "phone": "06 12345678"}})
    assert [(error["field"][-1], error["message"]) for error in taken] == [("phone", "Phone has already been taken")]


@pytest.mark.parametrize(
    ("order", "field", "code"),
    [
        ({"lineItems": []}, ["order", "lineItems"], "INVALID"),
        (
            {"lineItems": [line("a", 1, "1.00", variantId=NOWHERE)]},
            ["order", "lineItems", 0, "variantId"],
            "INVALID",
        ),
        ({"lineItems": [line("a", 0, "1.00")]}, ["order", "lineItems", 0, "quantity"], "INVALID"),
        ({"lineItems": [line("", 1, "1.00")]}, ["order", "lineItems", 0, "title"], "INVALID"),
        ({"lineItems": [line("a", 1, "1.00")], "sourceName": "pos"}, ["order", "sourceName"], "INVALID"),
        ({"lineItems": [line("a", 1, "1.00")], "tags": ["x" * 41]}, ["order", "tags"], "INVALID"),
        (
            {"lineItems": [line("a", 1, "1.00")], "fulfillment": {"locationId": "gid://shopify/Location/9"}},
            ["order", "fulfillment", "locationId"],
            "INVALID",
        ),
        (
            {"lineItems": [line("a", 1, "1.00", taxLines=[tax("BTW", "0.21", "0.17")])], "taxLines": [tax("BTW", "0.21", "0.17")]},
            ["order", "taxLines"],
            "INVALID",
        ),
        (
            {"lineItems": [line("a", 1, "1.00", taxLines=[tax("BTW", "", "0.17")])]},
            ["order", "lineItems", 0, "taxLines", 0, "rate"],
            "TAX_LINE_RATE_MISSING",
        ),
        (
            {"lineItems": [line("a", 1, "1.00")], "customerId": JAN, "customer": {"toAssociate": {"id": JAN}}},
            ["order"],
            "REDUNDANT_CUSTOMER_FIELDS",
        ),
    ],
)
def test_an_order_that_cannot_be_is_refused_as_a_whole(shop: Caller, order: dict[str, Any], field: list[Any], code: str) -> None:
    (error,) = refused(shop, **order)
    assert (error["field"], error["code"]) == (field, code)


def test_a_custom_id_finds_the_order_at_once_and_keeps_a_second_one_out(shop: Caller) -> None:
    shop.sandbox.switches["search_lag_s"] = 3600
    identifier = {name: CUSTOM_ID[name] for name in ("namespace", "key", "value")}
    other = {**identifier, "value": "acme:2"}
    errors = shop.ask(BY_ID, a=identifier, b=other)["errors"]
    assert [(error["path"], error["extensions"]["code"]) for error in errors] == [(["first"], "NOT_FOUND"), (["second"], "NOT_FOUND")]
    define_custom_id(shop)
    order = made(shop, lineItems=[line("a", 1, "1.00")], metafields=[CUSTOM_ID], sourceIdentifier="k:1")
    assert order["metafield"] == {"value": "acme:1", "type": "id"}
    assert shop.data(BY_ID, a=identifier, b=other) == {"first": {"id": order["id"]}, "second": None}
    searched = shop.data('{ orders(first: 9, query: "source_identifier:\\"k:1\\"") { nodes { id } } }')
    assert searched["orders"]["nodes"] == [], "search lags behind"
    (taken,) = refused(shop, lineItems=[line("a", 1, "1.00")], metafields=[CUSTOM_ID])
    assert (taken["field"], taken["message"]) == (["order", "metafields", "0", "value"], "Value has already been taken")
    shop.sandbox.switches["duplicate_custom_id"] = "accept"
    double = made(shop, lineItems=[line("a", 1, "1.00")], metafields=[CUSTOM_ID])
    assert double["id"] != order["id"]
    assert shop.data(BY_ID, a=identifier, b=other)["first"] == {"id": order["id"]}, "the first one is found"


@pytest.mark.parametrize(
    "wrong",
    [{"processedAt": "gisteren"}, {"taxLines": [tax("BTW", "hoog", "1.00")]}, {"taxLines": [tax("BTW", "0.21", "1,00")]}],
)
def test_a_value_that_is_none_leaves_nothing_half_made(shop: Caller, wrong: dict[str, Any]) -> None:
    order = {"lineItems": [line("a", 1, "1.00")], "customer": {"toUpsert": {"email": "half@example.nl"}}, **wrong}
    assert shop.ask(CREATE, order=order)["data"]["orderCreate"] is None
    assert not shop.served.control.calls[-1].wrote
    assert len(shop.sandbox.shop.customers) == 2


def test_the_same_call_twice_makes_two_orders(shop: Caller) -> None:
    first, second = (made(shop, lineItems=[line("a", 1, "1.00")], sourceIdentifier="k:1") for _ in range(2))
    assert first["id"] != second["id"]


def test_a_trial_shop_takes_few_orders_in_a_minute(shop: Caller) -> None:
    shop.sandbox.switches["order_create_per_minute"] = 2
    lines = [line("a", 1, "1.00")]
    made(shop, lineItems=lines)
    made(shop, lineItems=lines)
    assert refused(shop, lineItems=lines) == [{"field": None, "message": "Too many attempts. Please try again later.", "code": None}]
    shop.sandbox.switches["order_create_refusal"] = "http_429"
    answer = shop.post(CREATE, {"order": {"lineItems": lines}})
    assert (answer.status_code, int(answer.headers["Retry-After"])) == (429, 60)
    shop.clock.pass_seconds(61)
    made(shop, lineItems=lines)


def test_stock_is_left_alone_unless_it_is_to_be_taken(shop: Caller) -> None:
    stock = shop.sandbox.shop.stock
    made(shop, lineItems=[line("Jas", 2, "1.00", variantId=COAT)])
    assert stock.available(9_000_001) == 6
    shop.data(
        CREATE, order={"lineItems": [line("Jas", 2, "1.00", variantId=COAT)]}, options={"inventoryBehaviour": "DECREMENT_IGNORING_POLICY"}
    )
    assert stock.available(9_000_001) == 4


def test_an_app_without_the_scope_makes_nothing(shop: Caller) -> None:
    shop.sandbox.switches["scopes"] = ["read_orders"]
    error = shop.error(CREATE, order={"lineItems": [line("a", 1, "1.00")]})
    assert (error["extensions"]["code"], error["path"]) == ("ACCESS_DENIED", ["orderCreate"])
    assert len(shop.sandbox.shop.orders) == 1


def test_an_order_may_have_250_lines_in_one_call_and_not_more(shop: Caller) -> None:
    lines = [line(f"regel {number}", 1, "1.00") for number in range(250)]
    order = made(shop, lineItems=lines, transactions=[sale("1.00") for _ in range(40)])
    assert len(order["lineItems"]["nodes"]) == 250
    assert len(order["transactions"]) == 40
    assert shop.error(CREATE, order={"lineItems": [*lines, *lines[:1]]})["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"


def test_the_balance_sees_what_was_made(shop: Caller) -> None:
    order = made(
        shop,
        taxesIncluded=True,
        sourceIdentifier="mplus:acme:7",
        lineItems=[line("a", 1, "12.10", taxLines=[tax("BTW", "0.21", "2.10")])],
        transactions=[sale("12.10")],
        processedAt=(NOON - timedelta(days=3)).isoformat(),
    )
    state = requests.get(f"{shop.served.control_url}/state", timeout=10).json()
    seen = next(entry for entry in state["orders"] if entry["id"] == order["id"])
    assert seen["sourceIdentifier"] == "mplus:acme:7"
    assert (seen["total"], seen["taxByRate"], seen["financialStatus"], seen["fulfillmentStatus"]) == (
        "12.1",
        {"21": "2.1"},
        "PAID",
        "UNFULFILLED",
    )
    assert seen["processedAt"] == "2026-11-17T12:00:00Z"
    assert [(entry["kind"], entry["gateway"], entry["amount"]) for entry in seen["transactions"]] == [("SALE", "cash", "12.1")]
