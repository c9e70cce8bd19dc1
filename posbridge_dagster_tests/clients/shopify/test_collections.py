from typing import Any

import pytest

from posbridge_dagster.clients.failures import Misconfigured, Refused, UnknownOutcome
from posbridge_dagster.clients.shopify.collections import (
    collection_create,
    collection_members,
    collection_update,
    collections_by_custom_ids,
    collections_by_id,
    products_present,
    require_collections,
    unpublish,
)
from posbridge_dagster.clients.shopify.errors import UserErrors
from posbridge_dagster_tests.clients.shopify.pretend import Value
from posbridge_dagster_tests.clients.shopify.scripted import ScriptedShop
from posbridge_dagster_tests.clients.shopify.writable import ONCE, Clock, WritableShop, refusal

SOURCE = "gid://shopify/CollectionConditionsSource/5"


def collection(number: int, **members: Any) -> Value:
    plain = {"id": f"gid://shopify/Collection/{number}", "title": f"Groep {number}", "handle": f"groep-{number}", "sortOrder": "MANUAL"}
    sources = [{"__typename": "CollectionConditionsSource", "id": SOURCE, "title": "MplusKASSA"}]
    return {**plain, "updatedAt": "2026-11-23T10:00:00Z", "descriptionHtml": "", "templateSuffix": None, "sources": sources, **members}


def source(count: int) -> Value:
    selections = [{"product": {"id": f"gid://shopify/Product/{number}"}} for number in range(count)]
    return {"id": SOURCE, "inclusion": {"selections": selections}}


@pytest.mark.parametrize("count", [0, 250, 601])
def test_members_are_read_to_the_last_page(count: int) -> None:
    serve = WritableShop({"kept": [source(count)]})
    with ScriptedShop(serve=serve) as shop:
        members = collection_members(shop.client(), SOURCE)
    assert members == [f"gid://shopify/Product/{number}" for number in range(count)]
    assert len(serve.sent["CollectionMembers"]) == max(1, -(-count // 250))


def test_members_of_a_source_that_is_gone_are_no_empty_list() -> None:
    with ScriptedShop(serve=WritableShop({})) as shop, pytest.raises(Refused, match="is gone"):
        collection_members(shop.client(), SOURCE)


def test_collections_are_found_by_custom_id_fifty_a_call_and_by_id_without_those_gone() -> None:
    def lookup(given: Value) -> Value | None:
        number = int(given["identifier"]["customId"]["value"].partition(":")[2])
        return collection(number) if number != 3 else None

    serve = WritableShop({"collectionByIdentifier": lookup, "all": [collection(1), collection(2)]})
    with ScriptedShop(serve=serve) as shop:
        found = collections_by_custom_ids(shop.client(), "mplus_group", [f"zaak:{number}" for number in range(1, 61)])
        there = collections_by_id(shop.client(), [f"gid://shopify/Collection/{number}" for number in (1, 2, 9)])
    assert len(found) == 59
    assert found["zaak:60"]["handle"] == "groep-60"
    assert sum(len(sent) for name, sent in serve.sent.items() if name.startswith("CollectionByIdentifier")) == 2
    assert sorted(there) == ["gid://shopify/Collection/1", "gid://shopify/Collection/2"]


def test_a_creation_is_never_sent_twice_and_an_update_may_be() -> None:
    made = {"collection": collection(1), "userErrors": []}
    serve = WritableShop({"collectionCreate": lambda _: made, "collectionUpdate": lambda _: {**made, "job": None}})
    serve.lost["CollectionCreate"] = serve.lost["CollectionUpdate"] = 1
    with ScriptedShop(serve=serve) as shop:
        with pytest.raises(UnknownOutcome):
            collection_create(shop.client(), {"title": "Groep 1"})
        assert collection_update(shop.client(), "gid://shopify/Collection/1", {"title": "Groep 1"})["title"] == "Groep 1"
    assert (len(serve.sent["CollectionCreate"]), len(serve.sent["CollectionUpdate"])) == (1, 2)


def test_an_update_that_shopify_does_in_its_own_time_is_waited_for() -> None:
    looks = iter([False, False, True])
    job = {"id": "gid://shopify/Job/1", "done": False}
    update = {"collection": collection(1), "job": job, "userErrors": []}
    serve = WritableShop({"collectionUpdate": lambda _: update, "job": lambda _: {**job, "done": next(looks)}})
    clock = Clock()
    with ScriptedShop(serve=serve) as shop:
        collection_update(shop.client(), "gid://shopify/Collection/1", {"title": "Nieuw"}, deadline=clock.deadline(60))
    assert len(clock.naps) == 2
    serve = WritableShop({"collectionUpdate": lambda _: update, "job": lambda _: job})
    with ScriptedShop(serve=serve) as shop, pytest.raises(UnknownOutcome, match="not updated within 60 s"):
        collection_update(shop.client(patience=ONCE), "gid://shopify/Collection/1", {"title": "Nieuw"}, deadline=Clock().deadline(60))


def test_a_refusal_has_no_code_but_a_sentence() -> None:
    serve = WritableShop({})
    serve.instead["CollectionCreate"] = [refusal("collectionCreate", {"field": ["collection", "title"], "message": "Title can't be blank"})]
    with ScriptedShop(serve=serve) as shop, pytest.raises(UserErrors, match=r"Title can't be blank at collection\.title"):
        collection_create(shop.client(), {"title": ""})


@pytest.mark.parametrize(("plan", "refused"), [("Basic", False), ("Shopify Plus", False), ("Retail", True), ("Shopify Starter", True)])
def test_a_plan_without_collections_is_named(plan: str, refused: bool) -> None:
    told = {"id": "gid://shopify/Shop/1", "plan": {"publicDisplayName": plan}}
    serve = WritableShop({"shop": told, "currentAppInstallation": {"id": "a", "accessScopes": []}})
    with ScriptedShop(serve=serve) as shop:
        if not refused:
            require_collections(shop.client())
            return
        with pytest.raises(Misconfigured, match=plan) as failure:
            require_collections(shop.client())
    assert failure.value.code == "plan_without_collections"


def test_products_that_are_gone_are_told_from_those_there() -> None:
    there = [{"id": f"gid://shopify/Product/{number}"} for number in range(300)]
    with ScriptedShop(serve=WritableShop({"all": there})) as shop:
        found = products_present(shop.client(), ["gid://shopify/Product/7", "gid://shopify/Product/299", "gid://shopify/Product/400"])
    assert found == {"gid://shopify/Product/7", "gid://shopify/Product/299"}


def test_what_is_taken_off_sale_is_named_by_channel() -> None:
    serve = WritableShop({"publishableUnpublish": lambda _: {"userErrors": []}})
    with ScriptedShop(serve=serve) as shop:
        unpublish(shop.client(), "gid://shopify/Collection/1", ["gid://shopify/Publication/2"])
    assert serve.sent["Unpublish"] == [{"id": "gid://shopify/Collection/1", "input": [{"publicationId": "gid://shopify/Publication/2"}]}]
