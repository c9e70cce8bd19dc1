"""From stock per branch to pieces per location."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from posbridge_dagster.flows.stock_to_shopify.in_flight import InFlight
from posbridge_dagster.flows.stock_to_shopify.mapped import map_levels
from posbridge_dagster.flows.stock_to_shopify.options import StockToShopifyOptions
from posbridge_dagster.flows.stock_to_shopify.vocabulary import VOCABULARY
from posbridge_dagster.mapping import Mapping, load_mapping
from posbridge_dagster.snapshots.mplus_stock import STOCK, STOCK_ARTICLES
from posbridge_dagster.snapshots.shopify_items import ITEMS
from posbridge_dagster_tests.flows.stock_to_shopify.stock_shop import MAPPING

BAG, BOOK = 100101, 100201


def mapping_of(tmp_path: Any = None, rules: str = "", **settings: Any) -> Mapping[StockToShopifyOptions]:
    if rules:
        text = MAPPING.read_text("utf-8").replace("rules: []", f"rules:\n{rules}")
        file = tmp_path / "stock_to_shopify.yaml"
        file.write_text(text, "utf-8")
        mapping = load_mapping(file, VOCABULARY)
    else:
        mapping = load_mapping(MAPPING, VOCABULARY)
    return Mapping(VOCABULARY, mapping.settings.model_copy(update=settings), mapping.declaration, mapping.fingerprint)


def row(article: int, branch: int, free: str, reserved: str = "0", incoming: str = "0", **more: Any) -> dict[str, Any]:
    amounts = {"free": Decimal(free), "reserved": Decimal(reserved), "incoming": Decimal(incoming)}
    return {"article_number": article, "branch_number": branch, **amounts, "day_stock": False, "stock_id": 1, **more}


def frames(
    *rows: dict[str, Any], articles: dict[int, dict[str, Any]] | None = None, items: dict[int, int] | None = None
) -> dict[str, pd.DataFrame]:
    numbers = sorted({each["article_number"] for each in rows})
    known = {"active": True, "stock_article": True, "sync_marker": 1}
    told = [{"article_number": number, "description": "Tas", **known, **(articles or {}).get(number, {})} for number in numbers]
    found = [
        {
            "article_number": number,
            "item_id": str(number) if count == 1 else None,
            "variant_id": str(number),
            "tracked": True,
            "candidates": count,
        }
        for number, count in {**dict.fromkeys(numbers, 1), **(items or {})}.items()
    ]
    return {"stock": STOCK.frame(rows), "articles": STOCK_ARTICLES.frame(told), "items": ITEMS.frame(found)}


def quantities(levels: pd.DataFrame) -> dict[str, int]:
    return dict(zip(levels["level_id"], levels["quantity"], strict=True))


def codes(levels: pd.DataFrame) -> dict[str, str]:
    return {level: code for level, code in zip(levels["level_id"], levels["code"], strict=True) if code}


@pytest.mark.parametrize(
    ("formula", "net", "pieces"),
    [
        ("free", True, 10),
        ("free", False, 10),
        ("free_minus_reserved", True, 10),
        ("free_minus_reserved", False, 7),
        ("free_plus_incoming", True, 14),
    ],
)
def test_the_formula_says_what_may_be_sold(formula: str, net: bool, pieces: int) -> None:
    stock = frames(row(BAG, 1, "10", "3", "4"))
    levels = map_levels(stock, mapping_of(formula=formula, free_is_net=net), InFlight())
    assert quantities(levels) == {f"{BAG}:1": pieces}


@pytest.mark.parametrize(("free", "pieces"), [("2.999", 2), ("0.5", 0), ("-0.5", 0), ("-3", 0), ("7", 7)])
def test_fractions_are_rounded_down_and_nothing_is_below_zero(free: str, pieces: int) -> None:
    assert quantities(map_levels(frames(row(BAG, 1, free)), mapping_of(), InFlight())) == {f"{BAG}:1": pieces}


def test_branches_are_added_up_and_may_serve_several_locations() -> None:
    stock = frames(row(BAG, 1, "1.5"), row(BAG, 2, "2.5"), row(BAG, 3, "9"))
    levels = map_levels(stock, mapping_of(locations={"1": [1, 2], "2": [2]}), InFlight())
    assert quantities(levels) == {f"{BAG}:1": 4, f"{BAG}:2": 2}


def test_a_margin_is_kept_back_by_article_category_and_location(tmp_path: Any) -> None:
    rules = """
  - {name: glass, when: [{field: articles.group_number, is: "12"}], then: {set: {levels.safety_margin: 2}}}
  - {name: stall, when: [{field: levels.location_id, is: "2"}], then: {set: {levels.safety_margin: 5}}}
  - {name: bread, when: [{field: levels.article_number, is: 100201}], then: {set: {levels.managed: false}}}
"""
    stock = frames(*(row(article, branch, "3") for article in (BAG, BOOK) for branch in (1, 2)), articles={BAG: {"group_number": "12"}})
    levels = map_levels(stock, mapping_of(tmp_path, rules), InFlight())
    assert quantities(levels) == {f"{BAG}:1": 1, f"{BAG}:2": 0, f"{BOOK}:1": 3, f"{BOOK}:2": 0}
    assert codes(levels) == {f"{BOOK}:1": "not_managed", f"{BOOK}:2": "not_managed"}


def test_what_is_left_alone_says_why() -> None:
    stock = frames(row(BAG, 1, "3", day_stock=True), row(BOOK, 1, "3"), articles={BOOK: {"stock_article": False}})
    assert codes(map_levels(stock, mapping_of(day_stock="skip"), InFlight())) == {f"{BAG}:1": "day_stock", f"{BOOK}:1": "no_stock_article"}
    assert codes(map_levels(stock, mapping_of(), InFlight())) == {f"{BOOK}:1": "no_stock_article"}


def test_an_article_that_is_not_one_item_of_the_shop_is_told() -> None:
    stock = frames(row(BAG, 1, "3"), row(BOOK, 1, "3"), items={BAG: 0, BOOK: 2})
    assert codes(map_levels(stock, mapping_of(), InFlight())) == {f"{BAG}:1": "unknown_article", f"{BOOK}:1": "ambiguous_sku"}
    twins = frames(row(BAG, 1, "3"), row(BOOK, 1, "3"))
    twins["items"]["item_id"] = pd.array(["7", "7"], dtype="string[pyarrow]")
    assert codes(map_levels(twins, mapping_of(), InFlight())) == {f"{BAG}:1": "shared_item", f"{BOOK}:1": "shared_item"}


def test_no_stock_at_all_is_no_levels() -> None:
    assert map_levels(frames(), mapping_of(), InFlight()).empty


def test_a_safety_margin_below_zero_offers_nothing_that_is_not_there(tmp_path: Any) -> None:
    rule = "  - {name: wrong, when: [{field: levels.location_id, is: '1'}], then: {set: {levels.safety_margin: -5}}}"
    levels = map_levels(frames(row(BAG, 1, "3"), row(BAG, 2, "3")), mapping_of(tmp_path, rule), InFlight())
    assert codes(levels) == {f"{BAG}:1": "margin_below_zero"}


def test_an_administration_without_stock_has_no_levels() -> None:
    assert map_levels(frames(), mapping_of(), InFlight()).empty
