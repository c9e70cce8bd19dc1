"""Every document, and every document derived from one, holds against the official interface description."""

from collections.abc import Iterator

import pytest
from graphql import (
    FieldNode,
    NoDeprecatedCustomRule,
    SelectionSetNode,
    parse,
    specified_rules,
    validate,
)

from posbridge_dagster.clients.shopify.bulk_document import BulkDocument
from posbridge_dagster.clients.shopify.continuation import next_page, one_record
from posbridge_dagster.clients.shopify.cost import DEAREST_CALL, page_size, requested_cost
from posbridge_dagster.clients.shopify.custom_ids import LOOKUPS_IN_A_CALL, many
from posbridge_dagster.clients.shopify.documents import Document, document, document_names, flat_fields, is_connection, response_key
from posbridge_dagster_tests.clients.shopify.official import needs_spec, official, wrong_variables


def complaints(text: str) -> list[str]:
    return [error.message for error in validate(official(), parse(text), [*specified_rules, NoDeprecatedCustomRule])]


def connections(of: Document, selections: SelectionSetNode, owner: list[str] | None = None) -> Iterator[tuple[FieldNode, list[str]]]:
    """Yield every connection below a selection with the names its owner selects."""
    names = [response_key(field) for field, _ in flat_fields(selections, of.fragments)]
    for field, _ in flat_fields(selections, of.fragments):
        if field.selection_set is None:
            continue
        if is_connection(field, of.fragments):
            yield field, owner or names
            nodes = next(child for child, _ in flat_fields(field.selection_set, of.fragments) if child.name.value in ("nodes", "edges"))
            assert nodes.selection_set
            yield from connections(of, nodes.selection_set)
        else:
            yield from connections(of, field.selection_set)


@needs_spec
@pytest.mark.parametrize("name", document_names())
def test_a_document_is_valid_and_uses_nothing_deprecated(name: str) -> None:
    assert complaints(document(name).text) == []


@pytest.mark.parametrize("name", document_names())
def test_one_record_of_a_document_fits_into_one_call(name: str) -> None:
    assert requested_cost(document(name), {"first": 1, "after": None}) <= DEAREST_CALL


@pytest.mark.parametrize("name", [name for name in document_names() if "bulk" not in name])
def test_every_inner_connection_can_be_followed(name: str) -> None:
    of = document(name)
    inner = list(connections(of, of.operation.selection_set))
    for field, owner in inner[1:] if "$first" in of.text else inner:
        assert field.selection_set
        chosen = {child.name.value for child, _ in flat_fields(field.selection_set, of.fragments)}
        assert chosen == {"nodes", "pageInfo"}, field.name.value
        assert "id" in owner, f"the owner of {field.name.value} cannot be found again"


@needs_spec
@pytest.mark.parametrize(("name", "type_name"), [("orders", "Order"), ("refund_details", "Order")])
def test_what_is_derived_from_a_document_is_valid_too(name: str, type_name: str) -> None:
    of = document(name)
    owners = {"refundLineItems": "Refund", "refundShippingLines": "Refund", "orderAdjustments": "Refund", "transactions": "Refund"}
    owners |= {"returnLineItems": "Return", "exchangeLineItems": "Return"}
    checked = []
    for field, owner in connections(of, of.operation.selection_set):
        if field.name.value == "orders":
            assert field.selection_set
            nodes = next(child for child, _ in flat_fields(field.selection_set, of.fragments))
            assert nodes.selection_set
            assert complaints(one_record(of, nodes.selection_set, type_name).text) == []
            continue
        more = next_page(of, field, owners.get(field.name.value, type_name), has_updated_at="updatedAt" in owner)
        assert complaints(more.text) == []
        assert requested_cost(more, {"first": page_size(more)}) <= DEAREST_CALL
        checked.append(field.name.value)
    assert len(checked) >= 4


@needs_spec
def test_the_bulk_text_is_valid_and_keeps_the_rules_of_bulk() -> None:
    bulk = BulkDocument(document("orders_bulk"), {"search": 'tag:"a \\"b\\""'})
    assert complaints(bulk.text) == []
    assert bulk.text.count("edges {") <= 5
    assert "nodes {" not in bulk.text and "pageInfo" not in bulk.text and "$" not in bulk.text


def test_bulk_and_pages_ask_for_the_same_of_an_order() -> None:
    def names(of: Document, selections: SelectionSetNode) -> dict[str, object]:
        chosen: dict[str, object] = {}
        for field, _ in flat_fields(selections, of.fragments):
            if field.name.value == "pageInfo" or field.name.value in ("nodes", "edges", "node"):
                chosen |= names(of, field.selection_set) if field.selection_set and field.name.value != "pageInfo" else {}
            else:
                chosen[response_key(field)] = names(of, field.selection_set) if field.selection_set else None
        return chosen

    paged, bulk = document("orders"), document("orders_bulk")
    assert names(paged, paged.operation.selection_set) == names(bulk, bulk.operation.selection_set)


@pytest.mark.parametrize("name", document_names())
def test_no_plain_list_is_cut(name: str) -> None:
    of = document(name)

    def cut(selections: SelectionSetNode) -> Iterator[str]:
        for field, _ in flat_fields(selections, of.fragments):
            if field.selection_set is None:
                continue
            if not is_connection(field, of.fragments) and any(argument.name.value == "first" for argument in field.arguments):
                yield field.name.value
            yield from cut(field.selection_set)

    assert list(cut(of.operation.selection_set)) == []


def test_only_idempotent_mutations_may_be_sent_twice() -> None:
    assert document("orders").is_idempotent
    mutations = {name: document(name) for name in document_names() if document(name).is_mutation}
    assert [name for name, of in mutations.items() if of.is_idempotent] == [
        "inventory_activate",
        "inventory_set_quantities",
        "refund_create",
    ]
    assert "order_create" in mutations


OWNERS = {
    "order_create": {"lineItems": "Order"},
    "written_orders": {"lineItems": "Order"},
    "refund_create": dict.fromkeys(("refundLineItems", "refundShippingLines", "orderAdjustments", "transactions"), "Refund"),
    "fulfilment_orders": {"fulfillmentOrders": "Order", "lineItems": "FulfillmentOrder"},
    "customer_by_identifier": {"addressesV2": "Customer"},
    "customer_set": {"addressesV2": "Customer"},
    "companies": dict.fromkeys(("contactRoles", "contacts", "locations"), "Company"),
    "company_create": dict.fromkeys(("contactRoles", "contacts", "locations"), "Company"),
}


@needs_spec
@pytest.mark.parametrize("name", OWNERS)
def test_the_next_page_of_what_was_written_is_valid(name: str) -> None:
    of = document(name)
    inner = [(field, owner) for field, owner in connections(of, of.operation.selection_set) if field.name.value != name]
    assert {field.name.value for field, _ in inner} == OWNERS[name].keys()
    for field, owner in inner:
        more = next_page(of, field, OWNERS[name][field.name.value], has_updated_at="updatedAt" in owner)
        assert complaints(more.text) == []
        assert requested_cost(more, {"first": page_size(more)}) <= DEAREST_CALL


@needs_spec
@pytest.mark.parametrize("name", ["order_by_identifier", "customer_identity"])
def test_many_lookups_in_one_document_are_valid(name: str) -> None:
    assert complaints(many(document(name), LOOKUPS_IN_A_CALL).text) == []


@pytest.mark.parametrize("name", ["order_create", "refund_create"])
def test_a_write_asks_nothing_back_that_needs_another_scope(name: str) -> None:
    denied = {"variant", "product", "location", "device", "user", "staffMember", "return", "customer"}

    def asked(selections: SelectionSetNode) -> Iterator[str]:
        for field, _ in flat_fields(selections, document(name).fragments):
            yield field.name.value
            if field.selection_set:
                yield from asked(field.selection_set)

    assert denied.isdisjoint(asked(document(name).operation.selection_set))


@needs_spec
@pytest.mark.parametrize(
    "input_fields", [{"orderId": "gid://shopify/Order/1", "made_up": 1}, {"note": "no order"}, {"orderId": "1", "notify": "no"}]
)
def test_wrong_variables_of_a_write_are_seen_by_the_tests(input_fields: dict[str, object]) -> None:
    text = document("refund_create").text
    assert wrong_variables(text, {"key": "k-1", "input": input_fields})
    assert wrong_variables(text, {"key": "k-1", "input": {"orderId": "gid://shopify/Order/1"}}) == []
