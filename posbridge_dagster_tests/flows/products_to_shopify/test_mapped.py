"""What the mapping makes of a catalogue, without any system: prices, options, limits, who holds a family back."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from posbridge_dagster.flows.products_to_shopify.assortment import assortment
from posbridge_dagster.flows.products_to_shopify.mapped import map_products
from posbridge_dagster.flows.products_to_shopify.options import ProductsToShopifyOptions
from posbridge_dagster.flows.products_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.mapping import load_mapping
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES

SHIPPED = Path(__file__).parents[3] / "mappings" / "products_to_shopify.yaml"
TODAY = "2026-11-23"
Row = dict[str, Any]


def catalogue(*articles: Row, prices: tuple[Row, ...] = (), fields: tuple[Row, ...] = ()) -> dict[str, pd.DataFrame]:
    """Return a catalogue; an article is for sale at 12.10 unless it says otherwise."""
    plain = {
        "family_number": 1,
        "active": True,
        "discontinued": False,
        "stock_article": True,
        "price_minor": 1210,
        "price_excl_minor": 1000,
        "vat_rate": 2100,
        "currency": "EUR",
    }
    rows: dict[str, list[Row]] = {
        "families": [{"family_number": 1, "description": "Familie", "groups": [], "group_positions": []}],
        "articles": [{**plain, **article} for article in articles],
        "custom_fields": list(fields),
        "sales_prices": list(prices),
    }
    return {name: shape.frame(rows[name]) for name, shape in PRODUCT_SHAPES.items()}


def mapped(frames: dict[str, pd.DataFrame], *, taxes_included: bool = True, **changes: Any) -> dict[str, list[Row]]:
    mapping = load_mapping(SHIPPED, VOCABULARY)
    changed = type(mapping)(mapping.vocabulary, mapping.settings.model_copy(update=changes), mapping.declaration, "")
    target = map_products(frames, changed, taxes_included=taxes_included, today=TODAY)
    return {name: plain_rows(frame) for name, frame in target.items()}


def verdict(target: dict[str, list[Row]]) -> tuple[str, str]:
    (product,) = target["products"]
    return product["outcome"], product["code"]


@pytest.mark.parametrize(("taxes_included", "price"), [(True, "12.1"), (False, "10")])
def test_prices_are_with_or_without_vat_as_the_shop_has_them(taxes_included: bool, price: str) -> None:
    (variant,) = mapped(catalogue({"article_number": 1}), taxes_included=taxes_included)["variants"]
    assert f"{variant['price'].normalize():f}" == price
    assert variant["compare_at"] is None


@pytest.mark.parametrize(
    ("days", "reduced"),
    [((None, None), True), (("2026-11-23", "2026-11-23"), True), (("2026-11-24", None), False), ((None, "2026-11-22"), False)],
)
def test_a_reduction_holds_on_its_days_and_the_base_price_is_compared(days: tuple[str | None, str | None], reduced: bool) -> None:
    price = {"article_number": 1, "position": 1, "price_number": 1, "price_minor": 990, "first_day": days[0], "last_day": days[1]}
    (variant,) = mapped(catalogue({"article_number": 1}, prices=(price,)))["variants"]
    shown = (str(variant["price"].normalize()), variant["compare_at"] and str(variant["compare_at"].normalize()))
    assert shown == (("9.9", "12.1") if reduced else ("12.1", None))


def test_a_reduction_for_several_pieces_or_of_another_list_is_none() -> None:
    prices = (
        {"article_number": 1, "position": 1, "price_number": 1, "price_minor": 990, "minimum_quantity": 6},
        {"article_number": 1, "position": 2, "price_number": 2, "price_minor": 880},
    )
    (variant,) = mapped(catalogue({"article_number": 1}, prices=prices))["variants"]
    assert variant["compare_at"] is None


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 10**7), st.sampled_from([0, 900, 2100]))
def test_a_price_that_is_told_one_way_only_is_reckoned_to_the_cent(cents: int, rate: int) -> None:
    frames = catalogue({"article_number": 1, "price_minor": cents, "price_excl_minor": None, "vat_rate": rate})
    sold = assortment(frames, ProductsToShopifyOptions(), taxes_included=False, today=TODAY)["articles"]
    without = int(sold["shop_price_minor"].iloc[0])
    assert abs(without * (10_000 + rate) - cents * 10_000) * 2 <= 10_000 + rate


def test_an_option_nobody_has_is_left_out_and_a_missing_value_is_filled() -> None:
    target = mapped(catalogue({"article_number": 1, "colour": "Rood"}, {"article_number": 2}))
    assert target["products"][0]["option_names"] == ["Kleur"]
    assert [row["option_values"] for row in target["variants"]] == [["Rood"], ["-"]]


def test_a_value_is_spelled_as_the_first_article_of_its_family_spells_it() -> None:
    rows = [
        {"article_number": 1, "colour": "Rood", "size": "S"},
        {"article_number": 2, "colour": "rood", "size": "M"},
        {"article_number": 3, "colour": "ROOD", "size": "s", "family_number": 11},
    ]
    assert [row["option_values"] for row in mapped(catalogue(*rows))["variants"]] == [["Rood", "S"], ["Rood", "M"], ["ROOD", "s"]]


def test_options_come_from_custom_fields_too() -> None:
    fields = tuple(
        {"article_number": number, "name": "Materiaal", "position": 1, "data_type": "DATA-TYPE-STRING", "value": value}
        for number, value in ((1, "wol"), (2, "katoen"))
    )
    rules = [*ProductsToShopifyOptions().options, type(ProductsToShopifyOptions().options[0])(name="Stof", custom_field="Materiaal")]
    target = mapped(catalogue({"article_number": 1}, {"article_number": 2}, fields=fields), options=rules)
    assert target["products"][0]["option_names"] == ["Stof"]
    assert [row["option_values"] for row in target["variants"]] == [["wol"], ["katoen"]]


def test_the_till_decides_about_the_sequence() -> None:
    rows = [
        {"article_number": 1, "size": "L", "size_position": 3},
        {"article_number": 2, "size": "S", "size_position": 1},
        {"article_number": 3, "size": "M", "size_position": 2},
    ]
    target = mapped(catalogue(*rows))
    assert [(row["article_number"], row["position"]) for row in target["variants"]] == [(2, 1), (3, 2), (1, 3)]


def test_more_variants_or_options_than_shopify_takes_hold_the_family_back() -> None:
    many = [{"article_number": number, "colour": f"Kleur {number}"} for number in range(1, 2050)]
    assert verdict(mapped(catalogue(*many))) == ("quarantined", "too_many_variants")
    rule = type(ProductsToShopifyOptions().options[0])
    four = [rule(name=name, column=column) for name, column in zip("ABCD", ("colour", "size", "unit", "content_unit"), strict=True)]
    article = {"article_number": 1, "colour": "a", "size": "b", "unit": "c", "content_unit": "d"}
    assert verdict(mapped(catalogue(article), options=four)) == ("quarantined", "too_many_options")
    assert verdict(mapped(catalogue({"article_number": 1, "colour": "x" * 256}))) == ("quarantined", "option_value_too_long")


def test_what_cannot_be_read_or_has_no_price_holds_the_family_back_and_names_the_article() -> None:
    target = mapped(catalogue({"article_number": 7, "fault": "ValueError: x"}, {"article_number": 8, "colour": "Rood"}))
    assert verdict(target) == ("quarantined", "unreadable_article")
    assert "article 7" in target["products"][0]["reason"]
    target = mapped(catalogue({"article_number": 9, "price_minor": None, "price_excl_minor": None}))
    assert verdict(target) == ("quarantined", "required_field_empty")
    assert "article 9: price" in target["products"][0]["reason"]


@pytest.mark.parametrize(
    ("member", "state"),
    [
        ({"active": False}, "retired"),
        ({"discontinued": True}, "retired"),
        ({"special_price": "PRICE-NOT-FOR-SALE"}, "retired"),
        ({}, "for_sale"),
    ],
)
def test_what_is_for_sale(member: Row, state: str) -> None:
    (product,) = mapped(catalogue({"article_number": 1, **member}))["products"]
    assert product["state"] == state


def test_a_family_without_articles_is_told_so() -> None:
    (product,) = mapped(catalogue())["products"]
    assert (product["state"], product["status"], product["outcome"]) == ("empty", "ARCHIVED", "")
