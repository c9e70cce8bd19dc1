"""Families of the till become products of the shop, and follow it by narrow writes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.loading.product_matching import ARTICLE, FAMILY, ITEM
from posbridge_dagster.model.identity import tail
from posbridge_dagster_tests.flows.in_step import Ran
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import (
    BLACK_M,
    BLACK_S,
    MUG,
    OLD,
    RED_S,
    SWEATER,
    Clothes,
    clothes_shop,
    setting,
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clothes, Ran]]:
    with clothes_shop(tmp_path_factory.mktemp("clothes")) as shop:
        yield shop, shop.run()


def test_a_family_becomes_a_product_and_its_articles_variants_in_the_tills_sequence(loaded: tuple[Clothes, Ran]) -> None:
    shop, ran = loaded
    assert ran.outcomes() == {str(SWEATER): "created", str(MUG): "created", str(OLD): "skipped"}
    assert ran.rows[str(OLD)]["code"] == "not_for_sale"
    assert ran.checks == {"counts_add_up": True, "nothing_waits": True}
    product = shop.product(SWEATER)
    assert (product["title"], product["vendor"], product["status"], product["tags"]) == ("Trui", "Wolmij", "ACTIVE", ["MplusKASSA"])
    assert product["descriptionHtml"] == "Warm."
    options = [(option["name"], [value["name"] for value in option["optionValues"]]) for option in product["options"]]
    assert options == [("Kleur", ["Zwart", "Rood"]), ("Maat", ["S", "M"])]
    variants = product["variants"]["nodes"]
    assert [variant["sku"] for variant in variants] == [str(BLACK_S), str(BLACK_M), str(RED_S)]
    medium = variants[1]
    assert (medium["price"], medium["barcode"], medium["taxable"], medium["inventoryPolicy"]) == (
        "29.95",
        "8710000010007",
        True,
        "CONTINUE",
    )
    assert medium["inventoryItem"]["unitCost"]["amount"] == "12.0"
    assert medium["inventoryItem"]["tracked"] is True
    assert len(product["resourcePublicationsV2"]["nodes"]) == 1
    simple = shop.product(MUG)
    assert [option["name"] for option in simple["options"]] == ["Title"]
    assert [variant["price"] for variant in simple["variants"]["nodes"]] == ["9.95"]


def test_what_was_made_is_linked_and_carries_its_ids(loaded: tuple[Clothes, Ran]) -> None:
    shop, _ = loaded
    product, variants = shop.product(SWEATER), shop.variants(SWEATER)
    numbers = [str(number) for number in (BLACK_M, BLACK_S, RED_S)]
    with shop.step.ledger() as ledger:
        assert ledger.links(FAMILY, [str(SWEATER)]) == {str(SWEATER): tail(product["id"])}
        assert ledger.links(ARTICLE, numbers) == {sku: tail(variants[sku]["id"]) for sku in numbers}
        assert ledger.links(ITEM, numbers) == {sku: tail(variants[sku]["inventoryItem"]["id"]) for sku in numbers}
    assert product["customId"]["value"] == f"sandbox:{SWEATER}"
    assert {sku: variant["customId"]["value"] for sku, variant in variants.items()} == {sku: f"sandbox:{sku}" for sku in numbers}


def test_a_quiet_run_writes_nothing_and_reads_only_what_changed(loaded: tuple[Clothes, Ran]) -> None:
    shop, _ = loaded
    shop.forget_calls()
    assert shop.run().counts() == {"skipped": 1, "unchanged": 2}
    assert shop.writes() == []
    assert shop.step.asked() == {"getProducts": 2, "products": 1}


def test_a_new_price_is_one_narrow_write_and_a_new_article_another(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        shop.forget_calls()
        shop.floor.change_article(RED_S, {"priceIncl": 2495})
        ran = shop.run()
        assert ran.outcomes() == {str(SWEATER): "updated", str(MUG): "unchanged", str(OLD): "skipped"}
        assert ran.rows[str(SWEATER)]["changes"] == f'{RED_S}.price: "29.95" -> "24.95"'
        assert shop.writes() == ["productVariantsBulkUpdate"]
        assert {sku: variant["price"] for sku, variant in shop.variants(SWEATER).items()} == {
            str(BLACK_M): "29.95", str(BLACK_S): "29.95", str(RED_S): "24.95",
        }  # fmt: skip
        shop.forget_calls()
        added = shop.floor.add_article(
            SWEATER, {"colour": "Rood", "size": "M", "colourSequenceNumber": 2, "sizeSequenceNumber": 2, "priceIncl": 2495, "vatCode": 2}
        )
        shop.run()
        assert shop.writes() == ["productVariantsBulkCreate"]
        assert shop.variants(SWEATER)[str(added["articleNumber"])]["price"] == "24.95"
        with shop.step.ledger() as ledger:
            assert ledger.links(ARTICLE, [str(added["articleNumber"])])
        shop.forget_calls()
        shop.run()
        assert shop.writes() == []


def test_a_simple_product_that_gets_a_second_article_gets_options(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        variant = shop.product(MUG)["variants"]["nodes"][0]["id"]
        shop.floor.change_article(1100, {"colour": "Blauw"})
        shop.floor.add_article(MUG, {"articleNumber": 1101, "colour": "Geel", "priceIncl": 1095, "vatCode": 2})
        shop.run()
        product = shop.product(MUG)
        assert [option["name"] for option in product["options"]] == ["Kleur"]
        assert {each["sku"]: each["selectedOptions"][0]["value"] for each in product["variants"]["nodes"]} == {
            "1100": "Blauw",
            "1101": "Geel",
        }
        assert shop.variants(MUG)["1100"]["id"] == variant


def test_a_plan_tells_and_writes_nothing(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        ran = shop.run(dry_run=True)
        assert {key: (row["outcome"], row["code"]) for key, row in ran.rows.items() if key != str(OLD)} == {
            str(SWEATER): ("created", "planned"), str(MUG): ("created", "planned"),
        }  # fmt: skip
        assert shop.writes() == []
        shop.run()
        shop.floor.change_article(RED_S, {"priceIncl": 2495})
        shop.forget_calls()
        planned = shop.run(dry_run=True)
        assert planned.rows[str(SWEATER)]["changes"] == f'{RED_S}.price: "29.95" -> "24.95"'
        assert shop.writes() == []


def test_more_than_the_setting_goes_through_bulk_operations_with_the_same_end(tmp_path: Path) -> None:
    with clothes_shop(tmp_path, mapping=setting("bulk_above", 1)) as shop:
        assert shop.run().counts() == {"created": 2, "skipped": 1}
        assert shop.writes().count("bulkOperationRunMutation") == 2
        assert "productSet" not in shop.writes()
        assert [variant["sku"] for variant in shop.product(SWEATER)["variants"]["nodes"]] == [str(BLACK_S), str(BLACK_M), str(RED_S)]
        assert len(shop.product(MUG)["resourcePublicationsV2"]["nodes"]) == 1
        with shop.step.ledger() as ledger:
            assert len(ledger.links(ARTICLE, map(str, (BLACK_M, BLACK_S, RED_S, 1100)))) == 4
            assert ledger.cursor(f"{FLOW}/bulk") == ""
        shop.forget_calls()
        assert shop.run().counts() == {"skipped": 1, "unchanged": 2}
        assert shop.writes() == []
        shop.floor.change_article(RED_S, {"priceIncl": 2495})
        shop.floor.change_article(1100, {"priceIncl": 895})
        assert shop.run().counts() == {"skipped": 1, "updated": 2}
        assert shop.writes() == ["staged_upload", "bulkOperationRunMutation"]
        assert shop.variants(MUG)["1100"]["price"] == "8.95"
