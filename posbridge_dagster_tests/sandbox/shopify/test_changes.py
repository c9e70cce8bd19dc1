"""Changing what is there: tags, notes, attributes, custom ids."""

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import NOON, Caller, open_shop, walk_in

ORDER = "gid://shopify/Order/5001"
UPDATE = """mutation ($input: OrderInput!) { orderUpdate(input: $input) {
  order { id note tags updatedAt customAttributes { key value }
    metafield(namespace: "posbridge", key: "mplus_order") { value type ownerType } }
  userErrors { field message } } }"""
DEFINE = """mutation ($definition: MetafieldDefinitionInput!) { metafieldDefinitionCreate(definition: $definition) {
  createdDefinition { id namespace key ownerType type { name } capabilities { uniqueValues { enabled } } }
  userErrors { field message code } } }"""
BY_ID = """query ($value: String!) { orderByIdentifier(
  identifier: {customId: {namespace: "posbridge", key: "mplus_order", value: $value}}) { id } }"""
ADD = """mutation ($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) {
  node { ... on Order { tags updatedAt } ... on Customer { tags } } userErrors { field message } } }"""
REMOVE = (
    "mutation ($id: ID!, $tags: [String!]!) { tagsRemove(id: $id, tags: $tags) { node { ... on Order { tags } } userErrors { message } } }"
)
DEFINITION = {"name": "Mplus order", "namespace": "posbridge", "key": "mplus_order", "ownerType": "ORDER", "type": "id"}


def test_tags_are_trimmed_without_doubles_and_sorted(shop: Caller) -> None:
    shop.clock.pass_seconds(60)
    node = shop.data(ADD, id=ORDER, tags=[" Zomer, aardig ", "VIP", "nieuw"])["tagsAdd"]["node"]
    assert node == {"tags": ["aardig", "Actie", "nieuw", "vip", "Zomer"], "updatedAt": "2026-11-21T12:01:00Z"}
    assert shop.data(REMOVE, id=ORDER, tags=["actie", "unknown"])["tagsRemove"]["node"]["tags"] == ["aardig", "nieuw", "vip", "Zomer"]
    assert shop.data(ADD, id="gid://shopify/Customer/11", tags=["trouw"])["tagsAdd"]["node"] == {"tags": ["trouw"]}


def test_tags_that_are_there_already_change_nothing(shop: Caller) -> None:
    assert shop.data(ADD, id=ORDER, tags=["vip"])["tagsAdd"]["node"]["updatedAt"] == "2026-11-20T13:00:00Z"
    assert not shop.served.control.calls[-1].wrote


def test_a_tag_may_be_too_long(shop: Caller) -> None:
    answer = shop.data(ADD, id=ORDER, tags=["x" * 41])["tagsAdd"]
    assert answer["node"] is None
    assert answer["userErrors"][0]["field"] == ["tags"]


def test_an_update_replaces_what_it_names_and_moves_the_order_up(shop: Caller) -> None:
    shop.clock.pass_seconds(3600)
    given = {"id": ORDER, "note": "nieuw", "tags": ["b", "A"], "customAttributes": [{"key": "bon", "value": "7"}]}
    order = shop.data(UPDATE, input=given)["orderUpdate"]["order"]
    assert order == {
        "id": ORDER,
        "note": "nieuw",
        "tags": ["A", "b"],
        "updatedAt": "2026-11-21T13:00:00Z",
        "customAttributes": [{"key": "bon", "value": "7"}],
        "metafield": None,
    }
    changed = "{ orders(first: 1, query: \"updated_at:>='2026-11-21T12:30:00Z'\") { nodes { note } } }"
    assert shop.data(changed)["orders"]["nodes"] == [{"note": "nieuw"}]
    assert shop.served.control.calls[0].wrote


def test_an_update_of_nobody_is_a_user_error(shop: Caller) -> None:
    answer = shop.data(UPDATE, input={"id": "gid://shopify/Order/1"})["orderUpdate"]
    assert answer == {"order": None, "userErrors": [{"field": ["id"], "message": "Order does not exist"}]}
    assert not shop.served.control.calls[-1].wrote


def test_a_custom_id_finds_its_order_at_once() -> None:
    with open_shop(walk_in(5001, NOON), walk_in(5002, NOON)) as shop:
        shop.sandbox.switches["search_lag_s"] = 3600
        error = shop.error(BY_ID, value="acme:1")
        assert error["message"] == "Metafield definition of type 'id' is required when using custom ids."
        assert error["extensions"]["code"] == "NOT_FOUND"
        made = shop.data(DEFINE, definition=DEFINITION)["metafieldDefinitionCreate"]
        assert made["userErrors"] == []
        assert made["createdDefinition"]["capabilities"] == {"uniqueValues": {"enabled": True}}
        assert shop.data(BY_ID, value="acme:1") == {"orderByIdentifier": None}
        own = {"namespace": "posbridge", "key": "mplus_order", "value": "acme:1"}
        updated = shop.data(UPDATE, input={"id": ORDER, "metafields": [own]})["orderUpdate"]["order"]
        assert updated["metafield"] == {"value": "acme:1", "type": "id", "ownerType": "ORDER"}
        assert shop.data(BY_ID, value="acme:1") == {"orderByIdentifier": {"id": ORDER}}
        again = shop.data(UPDATE, input={"id": "gid://shopify/Order/5002", "metafields": [own]})["orderUpdate"]
        assert again["userErrors"] == [{"field": ["input", "metafields", "0", "value"], "message": "Value has already been taken"}]
        shop.data(UPDATE, input={"id": ORDER, "metafields": [own | {"value": "acme:2"}]})
        assert shop.data(BY_ID, value="acme:1") == {"orderByIdentifier": None}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key": "m"}, "TOO_SHORT"),
        ({"namespace": "x" * 256}, "TOO_LONG"),
        ({"key": "mplus order"}, "INVALID_CHARACTER"),
        ({"capabilities": {"uniqueValues": {"enabled": False}}}, "CAPABILITY_REQUIRED_BUT_DISABLED"),
    ],
)
def test_a_definition_that_cannot_be_is_refused(shop: Caller, changes: dict[str, object], code: str) -> None:
    answer = shop.data(DEFINE, definition=DEFINITION | changes)["metafieldDefinitionCreate"]
    assert answer["createdDefinition"] is None
    assert [error["code"] for error in answer["userErrors"]] == [code]


def test_a_definition_is_made_once_and_can_be_listed(shop: Caller) -> None:
    shop.data(DEFINE, definition=DEFINITION)
    again = shop.data(DEFINE, definition=DEFINITION)["metafieldDefinitionCreate"]
    assert [error["code"] for error in again["userErrors"]] == ["TAKEN"]
    query = """query ($owner: MetafieldOwnerType!) { metafieldDefinitions(
      first: 9, ownerType: $owner, namespace: "posbridge") { nodes { key type { name } } } }"""
    assert shop.data(query, owner="ORDER")["metafieldDefinitions"]["nodes"] == [{"key": "mplus_order", "type": {"name": "id"}}]
    assert shop.data(query, owner="CUSTOMER")["metafieldDefinitions"]["nodes"] == []


def test_customers_are_looked_up_by_email_and_phone(shop: Caller) -> None:
    query = "query ($i: CustomerIdentifierInput!) { customerByIdentifier(identifier: $i) { displayName } }"
    assert shop.data(query, i={"emailAddress": "JAN@example.nl"})["customerByIdentifier"] == {"displayName": "Jan Jansen"}
    assert shop.data(query, i={"phoneNumber": "+31612345678"})["customerByIdentifier"] == {"displayName": "Jan Jansen"}
    assert shop.data(query, i={"emailAddress": "jan@example.n"})["customerByIdentifier"] is None
