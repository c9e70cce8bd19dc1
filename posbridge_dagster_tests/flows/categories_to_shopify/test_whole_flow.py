"""Article groups become collections with exactly their products, follow the till, and leave alone what people did in the shop."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.sandbox.seed import ArticleSeed, FamilySeed, GroupSeed
from posbridge_dagster_tests.flows.categories_to_shopify.shelf import (
    BAGS,
    BOOKS,
    CREATE,
    DRINKS,
    FOOD,
    GREEN,
    SIGNS,
    SKUS,
    TEA,
    WAITING,
    Shelf,
    key,
    shelf,
    shelf_seed,
)
from posbridge_dagster_tests.flows.in_step import Edit, Ran


def setting(name: str, value: Any) -> Edit:
    def edit(documents: dict[str, Any]) -> None:
        documents["categories_to_shopify"]["settings"][name] = value

    return edit


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shelf, Ran, list[str], Ran]]:
    """A shelf with its plan, what the plan wrote, and its first run."""
    with shelf(tmp_path_factory.mktemp("shelf")) as here:
        yield here, here.step.run(dry_run=True), here.step.sides.writes(), here.step.run()


@pytest.fixture(scope="module")
def loaded(told: tuple[Shelf, Ran, list[str], Ran]) -> tuple[Shelf, Ran]:
    return told[0], told[3]


def test_a_plan_says_what_would_be_and_writes_nothing(told: tuple[Shelf, Ran, list[str], Ran]) -> None:
    _, plan, writes, ran = told
    assert plan.success, plan.failure
    assert plan.counts() == {"created": 4}
    assert writes == []
    assert ran.counts() == {"created": 4}


def test_every_group_is_a_collection_with_its_path_and_its_parent(loaded: tuple[Shelf, Ran]) -> None:
    here, ran = loaded
    assert ran.success, ran.failure
    assert ran.counts() == {"created": 4}
    assert ran.checks == {"counts_add_up": True, "nothing_waits": True}
    told = {number: (node["title"], node["handle"], node["parent"]["value"]) for number, node in here.collections().items()}
    assert told == {
        "10": ("Dranken", "dranken", "sandbox:0"),
        "11": ("Thee & kruiden", "dranken-thee-kruiden", "sandbox:10"),
        "12": ("Groene thee", "dranken-thee-kruiden-groene-thee", "sandbox:11"),
        "20": ("Eten", "eten", "sandbox:0"),
    }


def test_members_are_exactly_the_products_of_the_group_and_what_is_not_there_yet_is_named(loaded: tuple[Shelf, Ran]) -> None:
    here, ran = loaded
    assert here.members() == {"10": {SKUS[BAGS]}, "11": {SKUS[SIGNS]}, "12": {SKUS[BOOKS]}, "20": {SKUS[SIGNS]}}
    assert ran.rows[key(FOOD)]["code"] == "products_waiting"
    assert str(WAITING) in ran.rows[key(FOOD)]["reason"]


def test_a_new_collection_is_on_the_named_sales_channels_only(loaded: tuple[Shelf, Ran]) -> None:
    channels = [row["publication"]["catalog"]["title"] for row in loaded[0].collections()["10"]["resourcePublicationsV2"]["nodes"]]
    assert channels == ["Point of Sale"]


def test_a_quiet_run_writes_nothing_and_reads_deltas_only(loaded: tuple[Shelf, Ran]) -> None:
    here, _ = loaded
    here.step.run()
    here.step.sides.forget_calls()
    ran = here.step.run()
    assert ran.counts() == {"unchanged": 4}
    assert here.step.sides.writes() == []
    asked = here.step.asked()
    assert asked.pop("productVariants") == 1  # the family that waits is looked for again
    assert asked == {"collections": 1, "getArticleGroupChanges": 2, "getProducts": 2}


def test_groups_renamed_and_moved_and_products_added_removed_and_moved_are_followed(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.step.run()
        here.step.sides.forget_calls()
        here.staff.change_group(TEA, {"name": "Thee", "parentGroupNumber": FOOD})
        here.staff.show_product(BOOKS, [GREEN, DRINKS])
        here.staff.show_product(SIGNS, [FOOD])
        here.staff.show_product(BAGS, [])
        ran = here.step.run()
        assert ran.success, ran.failure
        assert ran.counts() == {"unchanged": 2, "updated": 2}
        assert here.members() == {"10": {SKUS[BOOKS]}, "11": set(), "12": {SKUS[BOOKS]}, "20": {SKUS[SIGNS]}}
        tea = here.collections()["11"]
        assert (tea["title"], tea["parent"]["value"], tea["handle"]) == ("Thee", f"sandbox:{FOOD}", "dranken-thee-kruiden")
        assert here.step.sides.writes().count("collectionUpdate") == 3
        here.step.sides.forget_calls()
        assert here.step.run().counts() == {"unchanged": 4}
        assert here.step.sides.writes() == []


def test_sub_groups_count_where_the_mapping_says_so(tmp_path: Path) -> None:
    with shelf(tmp_path, mapping=setting("members", "with_sub_groups")) as here:
        here.step.run()
        assert here.members()["10"] == {SKUS[BAGS], SKUS[SIGNS], SKUS[BOOKS]}
        here.staff.show_product(BOOKS, [FOOD])
        here.step.run()
        assert here.members()["10"] == {SKUS[BAGS], SKUS[SIGNS]}
        assert here.members()["20"] == {SKUS[SIGNS], SKUS[BOOKS]}


@pytest.mark.parametrize("ending", ["unpublish", *(pytest.param(each, marks=pytest.mark.prove) for each in ("delete", "keep"))])
def test_the_collections_of_deleted_groups_end_as_the_mapping_says(ending: str, tmp_path: Path) -> None:
    with shelf(tmp_path, mapping=setting("deleted", ending)) as here:
        here.step.run()
        here.staff.delete_group(TEA)  # and the group under it
        ran = here.step.run()
        assert ran.success, ran.failure
        outcome = "skipped" if ending == "keep" else "updated"
        assert {ran.rows[key(number)]["outcome"] for number in (TEA, GREEN)} == {outcome}
        left = here.collections()
        assert set(left) == ({"10", "20"} if ending == "delete" else {"10", "11", "12", "20"})
        if ending != "delete":
            assert bool(left["11"]["resourcePublicationsV2"]["nodes"]) == (ending == "keep")
        here.step.sides.forget_calls()
        here.step.run(read_everything=True)
        assert here.step.sides.writes() == []


@pytest.mark.prove
def test_a_run_that_would_end_too_many_collections_stops_before_the_first_write(tmp_path: Path) -> None:
    def careful(files: dict[str, Any]) -> None:
        setting("deleted", "delete")(files)
        setting("deleted_brake_least", 0)(files)

    with shelf(tmp_path, mapping=careful) as here:
        here.step.run()
        here.staff.delete_group(TEA)
        here.step.sides.forget_calls()
        ran = here.step.run()
        assert not ran.success and "would delete or put back 2 of 4 collections (50 %)" in ran.failure
        assert here.step.sides.writes() == [] and len(here.collections()) == 4


def test_edits_in_the_shop_end_as_each_fields_policy_says(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.step.run()
        here.edit(DRINKS, title="Drankjes", descriptionHtml="<p>Geschreven door mensen</p>", handle="drankjes", sortOrder="PRICE_ASC")
        for _ in range(3):
            ran = here.step.run()
        assert ran.counts() == {"unchanged": 4}
        drinks = here.collections()["10"]
        assert (drinks["title"], drinks["descriptionHtml"], drinks["handle"]) == ("Dranken", "<p>Geschreven door mensen</p>", "drankjes")
        assert here.members()["10"] == {SKUS[BAGS]}


def test_collections_that_people_made_are_never_touched(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        made = here.step.execute(CREATE, collection={"title": "Dranken", "handle": "dranken", "descriptionHtml": "van ons"})
        assert made["collectionCreate"]["userErrors"] == []
        ran = here.step.run()
        assert ran.rows[key(DRINKS)]["outcome"] == "created"
        found = here.collections()
        assert (found["Dranken"]["handle"], found["Dranken"]["descriptionHtml"]) == ("dranken", "van ons")
        assert found["10"]["handle"] != "dranken"
        assert here.members()["Dranken"] == set()


@pytest.mark.prove
def test_a_group_of_more_products_than_one_call_takes_has_them_all(tmp_path: Path) -> None:
    many = tuple(
        FamilySeed(
            5000 + number, f"Ding {number}", (ArticleSeed(500_000 + number, str(500_000 + number), f"Ding {number}", 100),), groups=(1,)
        )
        for number in range(600)
    )
    seed = shelf_seed()
    seed = replace(seed, families=[*seed.families, *many], groups=[*seed.groups, GroupSeed(1, "Alles")])
    with shelf(tmp_path, seed) as here:
        assert here.step.run().success
        (found,) = [each for each in here.shop.shop.collections if each.title == "Alles"]
        assert len(found.sources[0].inclusion.selections) == 600
        for number in range(300):
            here.staff.show_product(5000 + number, [])
        assert here.step.run().rows[key(1)]["outcome"] == "updated"
        assert len(found.sources[0].inclusion.selections) == 300


@pytest.mark.parametrize("plan", ["retail", pytest.param("starter", marks=pytest.mark.prove)])
def test_a_plan_that_has_no_collections_for_apps_is_named(plan: str, tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.shop.switches["plan"] = plan
        ran = here.step.run()
        assert not ran.success
        assert plan.capitalize() in ran.failure
        assert "collections" in ran.failure
        assert here.step.sides.writes() == []


def test_an_unknown_sales_channel_is_named_with_those_there_are(tmp_path: Path) -> None:
    with shelf(tmp_path, mapping=setting("publish_on", ["Kassa"])) as here:
        ran = here.step.run()
        assert "no sales channel Kassa" in ran.failure
        assert "Point of Sale" in ran.failure


def test_a_product_that_is_linked_comes_into_its_collections_without_any_marker(tmp_path: Path) -> None:
    with shelf(tmp_path) as here:
        here.step.run()
        bag = here.shop.shop.variants_by_sku[SKUS[BAGS]]
        with here.step.ledger() as ledger:
            ledger.link("family", {str(WAITING): str(bag.product)})
        here.step.sides.forget_calls()
        ran = here.step.run()
        assert (ran.rows[key(FOOD)]["outcome"], ran.rows[key(FOOD)]["code"]) == ("updated", "")
        assert here.members()["20"] == {SKUS[SIGNS], SKUS[BAGS]}
        assert "productVariants" not in here.step.asked()
