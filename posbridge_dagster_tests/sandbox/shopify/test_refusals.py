"""What is wrong with a request is said in the words of Shopify."""

from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from posbridge_dagster.sandbox.shopify.idempotency import REQUIRED, missing_key
from posbridge_dagster.sandbox.shopify.refusals import Refusal
from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller


@pytest.mark.parametrize(
    ("query", "code", "message", "path"),
    [
        (
            "query Q { orders(first: 1) { nodes { prise } } }",
            "undefinedField",
            "Field 'prise' doesn't exist on type 'Order'",
            ["query Q", "orders", "nodes", "prise"],
        ),
        (
            "{ orders(first: 1, colour: 2) { nodes { id } } }",
            "argumentNotAccepted",
            "Field 'orders' doesn't accept argument 'colour'",
            ["query", "orders", "colour"],
        ),
        ("{ order { id } }", "missingRequiredArguments", "Field 'order' is missing required arguments: id", ["query", "order"]),
        (
            '{ orders(first: "x") { nodes { id } } }',
            "argumentLiteralsIncompatible",
            'Int cannot represent non-integer value: "x"',
            ["query", "orders", "first"],
        ),
        (
            '{ bulkOperation(id: "not-a-gid") { id } }',
            "argumentLiteralsIncompatible",
            "Invalid global id 'not-a-gid'",
            ["query", "bulkOperation", "id"],
        ),
        ("query ($x: ID!) { shop { name } }", "variableNotUsed", "Variable $x is declared but not used", ["query"]),
        ("{ order(id: $x) { id } }", "variableNotDefined", "Variable $x is used but not declared", ["query", "order", "id"]),
        (
            'mutation { tagsAdd(id: "gid://shopify/Order/1") { node { id } } }',
            "missingRequiredArguments",
            "Field 'tagsAdd' is missing required arguments: tags",
            ["mutation", "tagsAdd"],
        ),
        (
            'mutation { orderUpdate(input: {note: "x"}) { order { id } } }',
            "missingRequiredInputObjectAttribute",
            "Argument 'id' on InputObject 'OrderInput' is required.",
            ["mutation", "orderUpdate", "input"],
        ),
        (
            "{ customerByIdentifier(identifier: {}) { id } }",
            "argumentLiteralsIncompatible",
            "'CustomerIdentifierInput' requires exactly one argument, but 0 were provided.",
            ["query", "customerByIdentifier", "identifier"],
        ),
    ],
)
def test_a_document_that_does_not_fit_the_schema(shop: Caller, query: str, code: str, message: str, path: list[str]) -> None:
    answer = shop.ask(query)
    (error,) = answer["errors"]
    assert "data" not in answer
    assert (error["extensions"]["code"], error["message"], error["path"]) == (code, message, path)
    assert error["locations"]


def test_text_that_is_no_graphql(shop: Caller) -> None:
    assert shop.error("{ shop {")["message"].startswith("syntax error, ")


@pytest.mark.parametrize(
    ("declared", "field", "value", "message", "problem"),
    [
        (
            "CustomerIdentifierInput!",
            "customerByIdentifier(identifier: $x) { id }",
            {},
            "Variable $x of type CustomerIdentifierInput! was provided invalid value",
            {"path": [], "explanation": "'CustomerIdentifierInput' requires exactly one argument, but 0 were provided."},
        ),
        (
            "CustomerIdentifierInput!",
            "customerByIdentifier(identifier: $x) { id }",
            {"customId": {"namespace": "n", "value": "v"}},
            "Variable $x of type CustomerIdentifierInput! was provided invalid value for customId.key (Expected value to not be null)",
            {"path": ["customId", "key"], "explanation": "Expected value to not be null"},
        ),
        (
            "CustomerIdentifierInput!",
            "customerByIdentifier(identifier: $x) { id }",
            {"email": "a@b.nl"},
            "Variable $x of type CustomerIdentifierInput! was provided invalid value"
            " for email (Field is not defined on CustomerIdentifierInput)",
            {"path": ["email"], "explanation": "Field is not defined on CustomerIdentifierInput"},
        ),
        (
            "OrderSortKeys",
            "orders(first: 1, sortKey: $x) { nodes { id } }",
            "AGE",
            "Variable $x of type OrderSortKeys was provided invalid value",
            None,
        ),
        (
            "ID!",
            "order(id: $x) { id }",
            "5001",
            "Variable $x of type ID! was provided invalid value",
            {"path": [], "explanation": "Invalid global id '5001'"},
        ),
        (
            "Int",
            "orders(first: $x) { nodes { id } }",
            "ten",
            "Variable $x of type Int was provided invalid value",
            {"path": [], "explanation": 'Could not coerce value "ten" to Int'},
        ),
    ],
)
def test_a_variable_that_does_not_fit_its_type(
    shop: Caller, declared: str, field: str, value: Any, message: str, problem: dict[str, Any] | None
) -> None:
    answer = shop.ask(f"query ($x: {declared}) {{ {field} }}", x=value)
    (error,) = answer["errors"]
    assert "data" not in answer
    assert (error["message"], error["extensions"]["code"], error["extensions"]["value"]) == (message, "INVALID_VARIABLE", value)
    if problem is not None:
        assert error["extensions"]["problems"] == [problem]


def test_lists_of_more_than_250_are_refused(shop: Caller) -> None:
    ids = [f"gid://shopify/Order/{number}" for number in range(251)]
    error = shop.error("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert error["message"] == "The input array size of 251 is greater than the maximum allowed of 250."
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert len(shop.data("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids[:250])["nodes"]) == 250


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('{ order(id: "gid://shopify/Product/1") { id } }', "Invalid id: gid://shopify/Product/1"),
        ('{ bulkOperation(id: "gid://shopify/Product/1") { id } }', "Invalid id: gid://shopify/Product/1"),
        ('mutation { tagsAdd(id: "gid://shopify/Location/1", tags: ["x"]) { node { id } userErrors { message } } }', "invalid id"),
        ('mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["x"]) { node { id } userErrors { message } } }', "invalid id"),
    ],
)
def test_an_id_of_another_kind_is_not_found(shop: Caller, query: str, message: str) -> None:
    answer = shop.ask(query)
    assert list(answer["data"].values()) == [None]
    assert (answer["errors"][0]["message"], answer["errors"][0]["extensions"]["code"]) == (message, "RESOURCE_NOT_FOUND")


def test_an_id_nobody_has_is_null(shop: Caller) -> None:
    assert shop.data('{ order(id: "gid://shopify/Order/1") { id } customer(id: "gid://shopify/Customer/1") { id } }') == {
        "order": None,
        "customer": None,
    }


def test_the_mutations_that_need_a_key_are_known() -> None:
    def first_field(text: str) -> FieldNode:
        operation = parse(text).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        field = operation.selection_set.selections[0]
        assert isinstance(field, FieldNode)
        return field

    assert len(REQUIRED) == 17
    refusal = missing_key(first_field("mutation { refundCreate(input: {}) { refund { id } } }"), {})
    assert isinstance(refusal, Refusal)
    assert refusal.message == "The @idempotent directive is required for this mutation but was not provided."
    keyed = first_field('mutation { refundCreate(input: {}) @idempotent(key: "k") { refund { id } } }')
    by_variable = first_field("mutation { refundCreate(input: {}) @idempotent(key: $key) { refund { id } } }")
    assert missing_key(keyed, {}) is None
    assert missing_key(by_variable, {"key": "k"}) is None
    assert missing_key(by_variable, {}) is not None
    assert missing_key(first_field("mutation { tagsAdd { node { id } } }"), {}) is None


def test_a_key_on_a_mutation_is_logged(shop: Caller) -> None:
    shop.data(
        'mutation ($key: String!) { tagsAdd(id: "gid://shopify/Order/5001", tags: ["x"]) @idempotent(key: $key) { node { id } } }',
        key="k-1",
    )
    assert shop.served.control.calls[-1].idempotency_key == "k-1"
    assert shop.served.control.calls[-1].wrote
