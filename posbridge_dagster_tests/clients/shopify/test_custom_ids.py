import json
from typing import Any

import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.cost import DEAREST_CALL, requested_cost
from posbridge_dagster.clients.shopify.custom_ids import (
    LOOKUPS_IN_A_CALL,
    custom_id,
    custom_id_metafield,
    customers_by_custom_ids,
    ensure_definition,
    many,
    order_by_custom_id,
    orders_by_custom_ids,
)
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import Scripted, ScriptedShop, errors
from posbridge_dagster_tests.clients.shopify.writable import RECORDINGS, WritableShop, recording, refusal


def shop_with_definitions(*rows: Value) -> tuple[WritableShop, list[Value]]:
    definitions = list(rows)

    def create(given: Value) -> Value:
        asked = given["definition"]
        definitions.append({"id": "d", "key": asked["key"], "type": {"name": asked["type"]}})
        return {"createdDefinition": definitions[-1], "userErrors": []}

    return WritableShop({"metafieldDefinitions": lambda _: definitions, "metafieldDefinitionCreate": create}), definitions


def row(key: str, kind: str = "id") -> Value:
    return {"id": f"gid://shopify/MetafieldDefinition/{key}", "key": key, "type": {"name": kind}}


def test_a_definition_is_made_once() -> None:
    serve, definitions = shop_with_definitions(*(row(f"other_{number}") for number in range(300)))
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        assert ensure_definition(client, "ORDER", "mplus_order", "MplusKASSA order")
        assert not ensure_definition(client, "ORDER", "mplus_order", "MplusKASSA order")
    (sent,) = serve.sent["MetafieldDefinitionCreate"]
    assert sent["definition"] == {
        "ownerType": "ORDER",
        "namespace": "posbridge",
        "key": "mplus_order",
        "name": "MplusKASSA order",
        "type": "id",
    }
    assert len(definitions) == 301


def test_a_definition_that_another_run_made_a_moment_ago_is_fine() -> None:
    serve, definitions = shop_with_definitions()
    serve.lost["MetafieldDefinitionCreate"] = 1
    serve.instead["MetafieldDefinitionCreate"] = []
    taken = refusal("metafieldDefinitionCreate", {"field": ["definition", "key"], "message": "Key is in use", "code": "TAKEN"})
    with ScriptedShop(serve=lambda request: taken if definitions and "Create" in request.json["operationName"] else serve(request)) as shop:
        assert not ensure_definition(shop.client(), "ORDER", "mplus_order", "MplusKASSA order")
    assert len(definitions) == 1


def test_a_key_of_another_kind_says_what_stands_in_the_way() -> None:
    serve, _ = shop_with_definitions(row("mplus_order", "single_line_text_field"))
    with (
        ScriptedShop(serve=serve) as shop,
        pytest.raises(Misconfigured, match=r"posbridge\.mplus_order.*single_line_text_field.*Custom data"),
    ):
        ensure_definition(shop.client(), "ORDER", "mplus_order", "x")
    assert serve.sent["MetafieldDefinitionCreate"] == []


def test_values_without_a_definition_that_block_it_are_told() -> None:
    serve, _ = shop_with_definitions()
    blocked = {"field": ["definition"], "message": "Unstructured metafields exist", "code": "UNSTRUCTURED_ALREADY_EXISTS"}
    serve.instead["MetafieldDefinitionCreate"] = [refusal("metafieldDefinitionCreate", blocked)]
    with ScriptedShop(serve=serve) as shop, pytest.raises(Misconfigured, match="written without a definition"):
        ensure_definition(shop.client(), "ORDER", "mplus_order", "x")


def test_any_other_refusal_stays_what_it_is() -> None:
    serve, _ = shop_with_definitions()
    row = {"field": ["definition"], "message": "Too many", "code": "RESOURCE_TYPE_LIMIT_EXCEEDED"}
    serve.instead["MetafieldDefinitionCreate"] = [refusal("metafieldDefinitionCreate", row)]
    with ScriptedShop(serve=serve) as shop, pytest.raises(UserErrors, match="Too many"):
        ensure_definition(shop.client(), "ORDER", "mplus_order", "x")


def look_up(known: dict[str, Value]) -> Any:
    def found(given: Value) -> Value | None:
        asked = given["identifier"]["customId"]
        assert (asked["namespace"], asked["key"]) == ("posbridge", "mplus_order")
        return known.get(asked["value"])

    return found


def test_many_orders_are_looked_up_in_few_calls() -> None:
    known = {f"winkel:{number}": {"id": f"gid://shopify/Order/{number}", "name": f"#{number}"} for number in range(0, 120, 3)}
    serve = WritableShop({"orderByIdentifier": look_up(known)})
    values = [f"winkel:{number}" for number in range(120)]
    with ScriptedShop(serve=serve) as shop:
        client = shop.client()
        found = orders_by_custom_ids(client, "mplus_order", [*values, *values])
        assert order_by_custom_id(client, "mplus_order", "winkel:3") == found["winkel:3"]
        assert order_by_custom_id(client, "mplus_order", "winkel:4") is None
        assert orders_by_custom_ids(client, "mplus_order", []) == {}
        assert [len(request.variables) for request in shop.received] == [50, 50, 20, 1, 1]
    assert {value: node["id"] for value, node in found.items()} == {value: node["id"] for value, node in known.items()}


def test_customers_are_looked_up_the_same_way() -> None:
    serve = WritableShop({"customerByIdentifier": look_up({"winkel:1": {"id": "gid://shopify/Customer/1", "updatedAt": "x"}})})
    with ScriptedShop(serve=serve) as shop:
        found = customers_by_custom_ids(shop.client(), "mplus_order", ["winkel:1", "winkel:2"])
    assert found == {"winkel:1": {"id": "gid://shopify/Customer/1", "updatedAt": "x"}}


def test_a_full_call_of_lookups_is_cheap() -> None:
    full = many(document("order_by_identifier"), LOOKUPS_IN_A_CALL)
    assert requested_cost(full) == LOOKUPS_IN_A_CALL <= DEAREST_CALL
    assert full.is_idempotent


def test_a_missing_definition_is_a_setting_and_not_an_order_that_is_not_there() -> None:
    message = "Metafield definition of type 'id' is required when using custom ids."
    answer = errors({"message": message, "extensions": {"code": "NOT_FOUND"}}, payload={"n0": None})
    with ScriptedShop(answer) as shop, pytest.raises(Misconfigured, match="posbridge doctor"):
        order_by_custom_id(shop.client(), "mplus_order", "winkel:1")


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings of real shops are not here")
def test_the_answer_of_a_real_shop_without_definition_is_a_setting() -> None:
    answer = recording("2025-01_customers_customer-by-identifier")["customIdMissing"]["payload"]
    with ScriptedShop(Scripted(json.dumps(answer).encode())) as shop, pytest.raises(Misconfigured, match="type 'id'"):
        customers_by_custom_ids(shop.client(), "mplus_relation", ["winkel:1"])


def test_identifier_and_metafield_name_the_same_id() -> None:
    identifier, metafield = custom_id("mplus_order", "winkel:1")["customId"], custom_id_metafield("mplus_order", "winkel:1")
    assert metafield == {**identifier, "type": "id"}
