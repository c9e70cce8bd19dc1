"""What people change in Shopify stays theirs, or comes back, as the `on:` of each field says; nothing else is touched."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from posbridge_dagster.flows.products_to_shopify import FLOW
from posbridge_dagster.flows.products_to_shopify.mapping_file import read_mapping
from posbridge_dagster.model.identity import tail
from posbridge_dagster.sandbox.seed import CustomFieldSeed, FamilySeed, FieldValue
from posbridge_dagster.settings import read_settings
from posbridge_dagster_tests.flows.in_step import Row
from posbridge_dagster_tests.flows.products_to_shopify.clothes_shop import (
    BLACK_M,
    BLACK_S,
    MUG,
    RED_S,
    SWEATER,
    article,
    clothes_shop,
    setting,
)

UPDATE = "mutation U($product: ProductUpdateInput!) { productUpdate(product: $product) { userErrors { field message } } }"
PRICES = """mutation P($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $productId, variants: $variants) { userErrors { field message } } }"""
ADD = """mutation A($productId: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(productId: $productId, variants: $variants, strategy: PRESERVE_STANDALONE_VARIANT) {
    userErrors { field message } } }"""
DELETE = """mutation D($productId: ID!, $variantsIds: [ID!]!) {
  productVariantsBulkDelete(productId: $productId, variantsIds: $variantsIds) { userErrors { field message } } }"""
META = "mutation M($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { userErrors { field message } } }"
FEATURE = [{"custom_field": "Materiaal", "key": "materiaal"}]


def enriched(files: dict[str, Row]) -> None:
    setting("features", FEATURE)(files)
    files["products_to_shopify"]["fields"]["products"]["product_type"] = {"from": "families.description", "on": "update"}


def mine(product: Row) -> dict[str, Any]:
    """What people gave the product."""
    own = {each["key"]: each["value"] for each in product["metafields"]["nodes"] if each["namespace"] == "winkel"}
    return {"title": product["title"], "text": product["descriptionHtml"], "metafields": own}


def test_enriched_texts_stay_and_the_tills_own_fields_come_back(tmp_path: Path) -> None:
    with clothes_shop(tmp_path, mapping=enriched) as shop:
        shop.run()
        product = shop.product(SWEATER)
        edited = {
            "id": product["id"],
            "title": "Warme wollen trui",
            "descriptionHtml": "<p>Mooi</p>",
            "tags": ["herfst"],
            "vendor": "Iemand",
        }
        shop.edit(UPDATE, product=edited)
        kept = {"ownerId": product["id"], "namespace": "winkel", "key": "pasvorm", "type": "single_line_text_field", "value": "wijd"}
        ours = {"ownerId": product["id"], "namespace": "mplus", "key": "materiaal", "type": "single_line_text_field", "value": "katoen"}
        shop.edit(META, metafields=[kept, ours])
        black = shop.variants(SWEATER)[str(BLACK_M)]["id"]
        shop.edit(PRICES, productId=product["id"], variants=[{"id": black, "price": "1.00", "inventoryPolicy": "DENY"}])
        for _ in range(3):
            shop.run()
            after = shop.product(SWEATER)
            assert mine(after) == {"title": "Warme wollen trui", "text": "<p>Mooi</p>", "metafields": {"pasvorm": "wijd"}}
            assert (after["vendor"], sorted(after["tags"])) == ("Wolmij", ["MplusKASSA", "herfst"])
            variant = shop.variants(SWEATER)[str(BLACK_M)]
            assert (variant["price"], variant["inventoryPolicy"]) == ("29.95", "DENY")
            assert {each["value"] for each in after["metafields"]["nodes"] if each["namespace"] == "mplus"} == {"wol"}
        shop.forget_calls()
        shop.run()
        assert shop.writes() == []
        with shop.step.ledger() as ledger:
            changes = ledger.changes(FLOW, [str(SWEATER)])
        assert {change.field: (change.before, change.after) for change in changes} == {
            "vendor": ("Iemand", "Wolmij"),
            "tags": (None, ["MplusKASSA"]),
            f"{BLACK_M}.price": ("1", "29.95"),
            "feature.mplus.materiaal": ("katoen", "wol"),
        }, "what a person had written can be put back"
        assert len(changes) == 4 and {change.target_id for change in changes} == {tail(product["id"])}
        assert {change.rule for change in changes} == {read_mapping(read_settings()).fingerprint}
        assert len({change.run_id for change in changes}) == 1


@pytest.mark.prove
def test_a_variant_that_people_made_stays(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        product = shop.product(SWEATER)
        values = [{"optionName": "Kleur", "name": "Groen"}, {"optionName": "Maat", "name": "S"}]
        shop.edit(
            ADD, productId=product["id"], variants=[{"optionValues": values, "price": "10.00", "inventoryItem": {"sku": "handgemaakt"}}]
        )
        shop.floor.change_article(RED_S, {"active": False})
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S), "handgemaakt"]
        shop.floor.add_article(SWEATER, {"articleNumber": 1003, "colour": "Rood", "size": "L", "priceIncl": 2995, "vatCode": 2})
        shop.run()
        assert sorted(shop.variants(SWEATER)) == [str(BLACK_M), str(BLACK_S), "1003", "handgemaakt"]


@pytest.mark.prove
def test_other_options_wait_until_a_person_has_decided_about_a_variant_made_by_hand(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        product = shop.product(MUG)
        made = {"optionValues": [{"optionName": "Title", "name": "Groot"}], "price": "10.00"}
        shop.edit(ADD, productId=product["id"], variants=[made])
        shop.floor.change_article(1100, {"colour": "Wit"})
        for _ in range(2):
            row = shop.run().rows[str(MUG)]
            assert (row["outcome"], row["code"]) == ("quarantined", "options_changed")
        assert len(shop.product(MUG)["variants"]["nodes"]) == 2
        by_hand = next(each["id"] for each in shop.product(MUG)["variants"]["nodes"] if not each["sku"])
        shop.edit(DELETE, productId=product["id"], variantsIds=[by_hand])
        assert shop.run().rows[str(MUG)]["outcome"] == "updated"
        assert [option["name"] for option in shop.product(MUG)["options"]] == ["Kleur"]


def test_a_product_that_was_deleted_in_the_shop_is_for_a_person_to_decide(tmp_path: Path) -> None:
    with clothes_shop(tmp_path) as shop:
        shop.run()
        gone = shop.product(SWEATER)["id"]
        shop.edit(
            "mutation D($input: ProductDeleteInput!) { productDelete(input: $input) { userErrors { field message } } }", input={"id": gone}
        )
        ran = shop.run(read_everything=True)
        assert (ran.rows[str(SWEATER)]["outcome"], ran.rows[str(SWEATER)]["code"]) == ("quarantined", "gone_from_target")


def test_features_of_every_data_type_get_definitions_with_their_type(tmp_path: Path) -> None:
    fields: dict[str, FieldValue] = {
        "Materiaal": "wol",
        "Garantie maanden": 24,
        "Gewicht kg": Decimal("1.250"),
        "Duurzaam": True,
        "Leverbaar vanaf": date(2026, 12, 24),
        "Laatst geteld": datetime(2026, 11, 2, 8, 30, tzinfo=UTC),
        "Seizoen": (4, 1),
        "Trefwoorden": "warm;zacht",
        "Afmetingen": "10x20",
        "Vrij veld": "iets",
    }
    known = tuple(CustomFieldSeed(name, value) for name, value in fields.items())
    rules = [
        {"custom_field": name, "key": f"veld_{place}", "of": "variant" if place == 9 else "product"} for place, name in enumerate(fields)
    ]
    family = FamilySeed(SWEATER, "Trui", (article(BLACK_M, "Trui", custom_fields=known),))
    with clothes_shop(tmp_path, family, mapping=setting("features", rules)) as shop:
        shop.run()
        product = shop.product(SWEATER)
        rows = [*product["metafields"]["nodes"], *product["variants"]["nodes"][0]["metafields"]["nodes"]]
        assert {row["key"]: (row["type"], row["value"]) for row in rows if row["namespace"] == "mplus"} == {
            "veld_0": ("single_line_text_field", "wol"),
            "veld_1": ("number_integer", "24"),
            "veld_2": ("number_decimal", "1.25"),
            "veld_3": ("boolean", "true"),
            "veld_4": ("date", "2026-12-24"),
            "veld_5": ("date_time", "2026-11-02T08:30:00+00:00"),
            "veld_6": ("list.number_integer", "[1, 4]"),
            "veld_7": ("multi_line_text_field", "warm;zacht"),
            "veld_8": ("multi_line_text_field", "10x20"),
            "veld_9": ("single_line_text_field", "iets"),
        }
        left = {"fieldName": "Materiaal", "dataType": "DATA-TYPE-STRING", "strValue": "katoen"}
        shop.floor.change_article(BLACK_M, {"customFieldList": {"customField": [left]}})
        shop.run()
        now = {row["key"]: row["value"] for row in shop.product(SWEATER)["metafields"]["nodes"] if row["namespace"] == "mplus"}
        assert now == {"veld_0": "katoen"}
        shop.forget_calls()
        shop.run()
        assert shop.writes() == []


def test_what_shopify_writes_in_its_own_way_is_never_written_again(tmp_path: Path) -> None:
    def everything_always(files: dict[str, Row]) -> None:
        fields = files["products_to_shopify"]["fields"]
        for name in ("title", "description"):
            fields["products"][name].pop("on")
        fields["products"]["tags"] = {"value": " zomer,  Herfst,MplusKASSA , zomer"}

    odd = FamilySeed(
        SWEATER, "  Trui   met  streep ", (article(BLACK_M, "Trui", 1000, purchase_cents=500),), long_text="Warm &  zacht<br>écht "
    )
    with clothes_shop(tmp_path, odd, mapping=everything_always) as shop:
        shop.run()
        assert shop.variants(SWEATER)[str(BLACK_M)]["inventoryItem"]["unitCost"]["amount"] == "5.0"
        shop.edit(UPDATE, product={"id": shop.product(SWEATER)["id"], "productType": "Kleding"})
        for _ in range(2):
            shop.forget_calls()
            assert shop.run().counts() == {"unchanged": 1}
            assert shop.writes() == []
