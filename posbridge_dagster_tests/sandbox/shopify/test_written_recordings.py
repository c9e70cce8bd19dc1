"""What is written to the pretend shop, held against recordings of real ones: the same calls, the same answers but for ids."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop, small_seed

RECORDINGS = Path(__file__).parents[3] / "../shared/data/shopify-recordings"
pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not beside this checkout")
GLOBAL_ID = re.compile(r"gid://shopify/(\w+)/[^?\"]+")
OWN = {"name", "createdAt", "updatedAt", "closedAt", "cancelledAt", "compareDigest"}  # of the shop and the moment


def recording(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    return content


def plain(value: Any) -> Any:
    """Return an answer without what is a shop's or a moment's own: numbers of ids, names, moments."""
    if isinstance(value, dict):
        return {name: bool(member) if name in OWN else plain(member) for name, member in value.items() if name != "extensions"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return GLOBAL_ID.sub(r"gid://shopify/\1", value) if isinstance(value, str) else value


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Return variables with the recorded ids replaced by the pretend shop's."""
    text = json.dumps(value)
    for recorded, own in names.items():
        text = text.replace(f'"{recorded}"', f'"{own}"')
    return json.loads(text)


@pytest.fixture
def abroad() -> Iterator[Caller]:
    """A shop that sells in the currency of the recordings."""
    seed = small_seed()
    seed.currency, seed.orders, seed.customers = "CAD", [], []
    with open_shop(seed=seed) as caller:
        yield caller


@pytest.mark.parametrize("case", ["pendingNoTax", "paidTaxShipping", "fixedDiscount", "authorization"])
def test_money_of_a_created_order_is_worked_out_as_recorded(abroad: Caller, case: str) -> None:
    recorded = recording("2025-01_orders_order-create-math-matrix")
    answer = abroad.data(recorded["document"], **recorded["cases"][case]["variables"])
    assert plain(answer) == plain(recorded["cases"][case]["response"]["payload"]["data"])


def test_fields_of_a_created_line_are_kept_as_recorded(abroad: Caller) -> None:
    recorded = recording("2025-01_orders_order-create-line-item-fields")
    names = {recorded["variables"]["order"]["lineItems"][0]["productId"]: "gid://shopify/Product/7000001"}
    answer = abroad.data(recorded["document"], **renamed(recorded["variables"], names))
    assert plain(answer) == plain(recorded["mutation"]["response"]["data"])


def test_orders_are_refused_with_the_recorded_codes_and_paths(abroad: Caller) -> None:
    recorded = recording("2025-01_orders_order-create-validation-matrix-extended")
    names = {"gid://shopify/ProductVariant/48540157378793": "gid://shopify/ProductVariant/9000001"}
    query = recorded["query"].replace("USD", "CAD").replace(*next(iter(names.items())))
    answer = abroad.data(query, **renamed(recorded["variables"], names))
    expected = recorded["mutation"]["response"]["data"]
    clamped = answer.pop("futureProcessedAt")
    expected.pop("futureProcessedAt")
    assert clamped["userErrors"] == [], "since 2026-07 a future moment is clamped, the recording is older"
    assert answer == expected


def test_an_open_order_waits_at_a_location_as_recorded(abroad: Caller) -> None:
    recorded = recording("2025-01_orders_order-create-fulfillment-assigned-location")["operations"]["create"]
    answer = abroad.data(recorded["query"], **recorded["variables"])
    assert shape(answer) == shape(recorded["response"]["payload"]["data"])
    (queue,) = answer["orderCreate"]["order"]["fulfillmentOrders"]["nodes"]
    assert queue["status"] == "OPEN"


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


def paid_order(shop: Caller, quantity: int, price: str, gateway: str, shipping: str = "") -> dict[str, Any]:
    def bag(amount: str) -> dict[str, Any]:
        return {"shopMoney": {"amount": amount, "currencyCode": "CAD"}}

    total = str(quantity * int(price) + int(shipping or 0))
    order: dict[str, Any] = {"lineItems": [{"title": "A", "quantity": quantity, "priceSet": bag(price), "taxable": False}]}
    order["transactions"] = [{"kind": "SALE", "status": "SUCCESS", "gateway": gateway, "amountSet": bag(total)}]
    if shipping:
        order["shippingLines"] = [{"title": "Ground", "priceSet": bag(shipping)}]
    made: dict[str, Any] = shop.data(
        """mutation ($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
        order { id lineItems(first: 5) { nodes { id } } transactions { id } } userErrors { message } } }""",
        order=order,
    )["orderCreate"]["order"]
    return made


@pytest.mark.parametrize("case", ["invalidKind", "missingParent", "mismatchedGateway", "happyPath"])
def test_money_is_given_back_or_not_as_recorded(abroad: Caller, case: str) -> None:
    recorded = recording("2026-04_orders_refund-create-transactions-validation")[case]
    order = paid_order(abroad, 1, "10", "manual" if case == "happyPath" else "bogus-parent-gateway")
    given = recorded["variables"]["input"]
    names = {given["orderId"]: order["id"]}
    if case != "missingParent":
        names[given["transactions"][0]["parentId"]] = order["transactions"][0]["id"]
    answer = abroad.data(recorded["query"], **renamed(recorded["variables"], names))
    assert plain(answer) == plain(recorded["response"]["data"])


REFUND = """mutation ($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "k") {
  refund { id } order { id displayFinancialStatus totalRefundedSet { shopMoney { amount currencyCode } } }
  userErrors { field message } } }"""


def test_too_much_is_not_given_back_as_recorded(abroad: Caller) -> None:
    recorded = recording("2025-01_orders_refund-create-user-errors-and-quantities")
    order = paid_order(abroad, 4, "10", "manual", "5")
    line, payment = order["lineItems"]["nodes"][0]["id"], order["transactions"][0]["id"]
    first = {"orderId": order["id"], "refundLineItems": [{"lineItemId": line, "quantity": 2}], "transactions": []}
    money = {"orderId": order["id"], "kind": "REFUND", "gateway": "manual", "amount": "10.00", "parentId": payment}
    abroad.data(REFUND.replace('"k"', '"first"'), input={**first, "transactions": [money]})
    for name in ("unknownOrder", "overRefundQuantityLineItem", "overRefundAmountNoAllow", "overRefundAllowed"):
        given = recorded[name]["variables"]["input"]
        names = {"gid://shopify/Order/8838022234418": order["id"]}
        names |= {entry["lineItemId"]: line for entry in given.get("refundLineItems", [])}
        names |= {entry["parentId"]: payment for entry in given.get("transactions", [])}
        answer = abroad.data(REFUND, input=renamed(given, names))
        expected = plain(recorded[name]["response"]["data"])
        bags = (expected["refundCreate"]["order"] or {}).get("totalRefundedSet")
        if bags:
            expected["refundCreate"]["order"]["totalRefundedSet"] = {"shopMoney": bags["shopMoney"]}
        assert plain(answer) == expected, name


def test_a_refund_with_shipping_and_restock_answers_as_recorded(abroad: Caller) -> None:
    recorded = recording("2025-01_orders_refund-create-partial-shipping-restock-parity")
    order = paid_order(abroad, 2, "10", "manual", "5")
    given = recorded["variables"]["input"]
    names = {
        given["orderId"]: order["id"],
        given["refundLineItems"][0]["lineItemId"]: order["lineItems"]["nodes"][0]["id"],
        given["refundLineItems"][0]["locationId"]: "gid://shopify/Location/1",
        given["transactions"][0]["parentId"]: order["transactions"][0]["id"],
    }
    query = """mutation ($input: RefundInput!) { refundCreate(input: $input) @idempotent(key: "k") {
      refund { note totalRefundedSet { shopMoney { amount currencyCode } }
        refundLineItems(first: 5) { nodes { quantity restockType restocked subtotalSet { shopMoney { amount currencyCode } } } }
        transactions(first: 5) { nodes { kind status gateway amountSet { shopMoney { amount currencyCode } } } } }
      order { displayFinancialStatus } userErrors { message } } }"""
    refund = abroad.data(query, input=renamed(given, names))["refundCreate"]
    expected = recorded["mutation"]["response"]["data"]["refundCreate"]
    assert refund["order"]["displayFinancialStatus"] == expected["order"]["displayFinancialStatus"]
    assert {name: refund["refund"][name] for name in ("note", "totalRefundedSet")} == {
        name: expected["refund"][name] for name in ("note", "totalRefundedSet")
    }
    (line,), (recorded_line,) = refund["refund"]["refundLineItems"]["nodes"], expected["refund"]["refundLineItems"]["nodes"]
    assert line == {name: recorded_line[name] for name in line}
    (paid,), (recorded_paid,) = refund["refund"]["transactions"]["nodes"], expected["refund"]["transactions"]["nodes"]
    assert paid == {name: recorded_paid[name] for name in paid}


def test_cancellations_are_refused_in_the_recorded_words(abroad: Caller) -> None:
    recorded = recording("2026-04_orders_orderCancel-error-messages")
    fresh, cancelled = (paid_order(abroad, 1, "10", "manual")["id"] for _ in range(2))
    names = {
        recorded["setup"]["freshOrderCreate"]["response"]["payload"]["data"]["orderCreate"]["order"]["id"]: fresh,
        recorded["setup"]["cancelledOrderCreate"]["response"]["payload"]["data"]["orderCreate"]["order"]["id"]: cancelled,
    }
    calls = [recorded["setup"]["setupCancel"], recorded["setup"]["cancelledOrderRead"], *recorded["expected"].values()]
    for call in calls:
        answer = abroad.data(call["query"], **renamed(call["variables"], names))
        assert plain(answer) == plain(call["response"]["payload"]["data"])


def test_an_order_is_marked_as_paid_as_recorded(abroad: Caller) -> None:
    recorded = recording("2026-04_orders_orderMarkAsPaid-state-and-money")
    setup = recorded["setup"]["unpaid"]
    create = "mutation ($order: OrderCreateOrderInput!) { orderCreate(order: $order) { order { id } userErrors { message } } }"
    order = abroad.data(create, order=setup["variables"]["order"])["orderCreate"]["order"]["id"]
    query = """mutation ($input: OrderMarkAsPaidInput!) { orderMarkAsPaid(input: $input) {
      order { id presentmentCurrencyCode displayFinancialStatus paymentGatewayNames
        totalOutstandingSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
        transactions { id kind status gateway
          amountSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } } }
      userErrors { field message } } }"""
    for case in ("unpaidSuccess", "alreadyPaid"):
        call = recorded["cases"][case]
        answer = abroad.data(query, **renamed(call["variables"], {setup["id"]: order}))
        assert plain(answer) == plain(call["response"]["payload"]["data"]), case


def test_goods_are_sent_as_recorded(abroad: Caller) -> None:
    recorded = recording("2026-04_orders_fulfillment-state-preconditions")["setup"]
    create, send = recorded["orderCreate"], recorded["fulfillmentCreate"]
    made = abroad.data(create["query"], **create["variables"])
    assert plain(made) == plain(create["response"]["data"])
    old = create["response"]["data"]["orderCreate"]["order"]["fulfillmentOrders"]["nodes"][0]["id"]
    new = made["orderCreate"]["order"]["fulfillmentOrders"]["nodes"][0]["id"]
    sent = abroad.data(send["query"], **renamed(send["variables"], {old: new}))
    assert plain(sent) == plain(send["response"]["data"])


def test_customers_are_set_as_recorded(abroad: Caller) -> None:
    recorded = recording("2026-04_customers_customer-set-parity")
    query = """mutation ($identifier: CustomerSetIdentifiers, $input: CustomerSetInput!) {
      customerSet(identifier: $identifier, input: $input) {
        customer { id firstName lastName displayName email note verifiedEmail taxExempt taxExemptions tags state canDelete
          defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber }
          defaultAddress { address1 city province country zip formattedArea }
          addressesV2(first: 5) { nodes { id address1 city province country zip formattedArea } } }
        userErrors { field message } } }"""
    names: dict[str, str] = {}
    for step in (
        "mutation",
        "update",
        "upsert",
        "updateByEmail",
        "clearAddresses",
        "phoneUpsert",
        "phoneUpdate",
        "multiAddressReplacement",
    ):
        variables = recorded[step]["variables"] if "variables" in recorded[step] else recorded["variables"]
        expected = recorded[step]["response"]["data"]["customerSet"]
        answer = abroad.data(query, **renamed(variables, names))["customerSet"]
        names[expected["customer"]["id"]] = answer["customer"]["id"]
        own, real = plain(answer["customer"]), plain(expected["customer"])
        assert own["addressesV2"]["nodes"] == real["addressesV2"]["nodes"], step
        assert {name: own[name] for name in own if name != "addressesV2"} == {name: real[name] for name in own if name != "addressesV2"}, (
            step
        )
    for name, case in recorded["validation"].items():
        expected = (case.get("response") or {}).get("data", {}).get("customerSet")
        if name == "deletedIdentifier" or not expected or expected["customer"] is not None:
            continue
        answer = abroad.data(query, **renamed(case["variables"], names))["customerSet"]
        assert answer["customer"] is None, name
        words = [{"field": error["field"], "message": error["message"]} for error in expected["userErrors"]]
        assert answer["userErrors"] == words, name


def test_customers_have_custom_ids_as_recorded(abroad: Caller) -> None:
    cases = recording("2026-04_customers_customer-set-custom-id")["cases"]
    steps = [cases[name] for name in ("validDefinition", "disabledDefinition", "createNoMatch", "updateMatching")]
    steps += [cases["validations"]["missingDefinition"], cases["validations"]["disabledUnique"]]
    for step in steps:
        answer = abroad.ask(step["request"]["query"], **step["request"]["variables"])
        assert plain(answer.get("data")) == plain(step["response"].get("data")), step["label"]
        assert [error["message"] for error in answer.get("errors", [])] == [
            error["message"] for error in step["response"].get("errors", [])
        ]


def test_metafields_are_set_as_recorded(abroad: Caller) -> None:
    recorded = recording("2025-01_products_metafields-set-parity")
    variables = recorded["mutation"]["variables"]
    names = {variables["metafields"][0]["ownerId"]: f"gid://shopify/Product/{7_000_001}"}
    query = """mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) {
      metafields { id namespace key type value compareDigest } userErrors { field message code } } }"""
    answer = abroad.data(query, **renamed(variables, names))
    assert plain(answer) == plain(recorded["mutation"]["response"]["data"])


def test_companies_are_made_and_refused_as_recorded(abroad: Caller) -> None:
    lifecycle = recording("2026-04_b2b_b2b-company-create-lifecycle")["companyCreate"]
    answer = abroad.data(lifecycle["request"]["query"], **lifecycle["request"]["variables"])
    company, real = answer["companyCreate"]["company"], lifecycle["response"]["data"]["companyCreate"]["company"]
    assert shape(company) == shape(real)
    assert [role["name"] for role in company["contactRoles"]["nodes"]] == [role["name"] for role in real["contactRoles"]["nodes"]]
    assert company["locations"]["nodes"][0]["name"] == company["name"]
    ids = recording("2026-04_b2b_b2b-external-id-validation")
    own = ""
    for step in ("setupCompany", "companyCreateTooLong", "companyCreateInvalid", "companyCreateDuplicate"):
        call = ids[step]
        answer = abroad.data(call["request"]["query"], **call["request"]["variables"])["companyCreate"]
        own = own or answer["company"]["id"]
        assert answer["userErrors"] == call["response"]["data"]["companyCreate"]["userErrors"], step
    recorded_id = ids["setupCompany"]["response"]["data"]["companyCreate"]["company"]["id"]
    for step in ("locationCreateTooLong", "locationCreateInvalid", "locationCreateDuplicate"):
        call = ids[step]
        answer = abroad.data(call["request"]["query"], **renamed(call["request"]["variables"], {recorded_id: own}))
        assert answer["companyLocationCreate"]["userErrors"] == call["response"]["data"]["companyLocationCreate"]["userErrors"], step
