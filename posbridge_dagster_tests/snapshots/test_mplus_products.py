from decimal import Decimal

import pandas as pd

from posbridge_dagster.loading.rows import plain_rows
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES
from posbridge_dagster.snapshots.mplus_products import MARK, catalogue
from posbridge_dagster_tests.clients.mplus.scripted import Say, answer, serving

Frames = dict[str, pd.DataFrame]
EMPTY = answer("GetProductsResponse", "<productList/>")
RATES = answer("getVatGroupListResponse", "<vatGroup><vatCode>2</vatCode><vatPercentage>2100</vatPercentage></vatGroup>")
NOTHING: dict[str, pd.DataFrame | None] = dict.fromkeys(PRODUCT_SHAPES)


def tag(name: str, inside: object) -> str:
    return f"<{name}>{inside}</{name}>"


def article(number: int, marker: int, inside: str = "", fields: str = "", prices: str = "") -> str:
    lists = (tag("customFieldList", fields) if fields else "") + (tag("salesPriceList", prices) if prices else "")
    return tag("article", tag("articleNumber", number) + tag("syncMarker", marker) + inside + lists)


def product(number: int, marker: int, *articles: str, inside: str = "") -> str:
    body = tag("productNumber", number) + tag("syncMarker", marker) + tag("description", f"Familie {number}")
    return tag("product", body + tag("articleList", "".join(articles)) + inside)


def page(*products: str) -> Say:
    return answer("GetProductsResponse", tag("productList", "".join(products)))


def field(name: str, kind: str, value: str) -> str:
    return tag("customField", tag("fieldName", name) + tag("dataType", f"DATA-TYPE-{kind}") + value)


def read(*answers: Say, stored: Frames | None = None) -> tuple[Frames, list[str | None]]:
    with serving(list(answers)) as (client, served):
        frames = catalogue(client, "EUR", dict(stored) if stored else NOTHING)
    return frames, [asked.text("request/syncMarker") for asked in served.asked if asked.operation == "getProducts"]


def test_an_article_is_read_with_what_a_variant_needs() -> None:
    inside = "".join(
        tag(name, value)
        for name, value in {
            "colour": "Rood", "colourSequenceNumber": 3, "size": "M", "sizeSequenceNumber": 2, "barcode": "0871000000001",
            "contentUnit": "gram", "contentQuantity": 1250, "contentQuantityDecimalPlaces": 1, "vatCode": 2, "vatPercentage": 2100,
            "purchasePrice": 500, "priceIncl": 1995, "priceExcl": 1649, "webshop": "true", "extraText": "",
        }.items()
    )  # fmt: skip
    frames, _ = read(page(product(10, 5, article(1001, 6, inside), inside=tag("groupNumbers", 7) + tag("groupNumbers", 8))), EMPTY, RATES)
    (row,) = plain_rows(frames["articles"])
    assert (row["family_number"], row["colour"], row["colour_position"], row["size"], row["size_position"]) == (10, "Rood", 3, "M", 2)
    assert (row["price_minor"], row["price_excl_minor"], row["purchase_minor"], row["vat_rate"]) == (1995, 1649, 500, 2100)
    assert (row["barcode"], row["content_quantity"], row["content_unit"]) == ("0871000000001", Decimal(125), "gram")
    assert (row["active"], row["discontinued"], row["stock_article"], row["webshop"], row["long_text"]) == (True, False, True, True, None)
    (family,) = plain_rows(frames["families"])
    assert list(family["groups"]) == ["7", "8"]


def test_a_custom_field_of_every_data_type_keeps_its_value() -> None:
    day = tag("day", 24) + tag("mon", 12) + tag("year", 2026)
    clock = tag("sec", 0) + tag("min", 30) + tag("hour", 14) + day + tag("isdst", "false") + tag("timezone", 60)
    fields = {
        "Materiaal": ("STRING", tag("strValue", "katoen")), "Jaren": ("INT", tag("intValue", 3)),
        "Gewicht": ("DECIMAL", tag("intValue", 1500) + tag("decimalPlaces", 3)), "Cadeau": ("BOOL", tag("boolValue", "false")),
        "Vanaf": ("DATE", tag("dateValue", day)), "Moment": ("DATETIME", tag("dateTimeValue", clock)),
        "Keuzes": ("MULTISELECTINT", tag("multiSelectInt", 4) + tag("multiSelectInt", 2)), "Lijst": ("ARRAY", tag("strValue", "a;b")),
        "Leeg": ("STRING", ""),
    }  # fmt: skip
    listed = "".join(field(name, kind, value) for name, (kind, value) in fields.items())
    frames, _ = read(page(product(10, 5, article(1001, 6, fields=listed))), EMPTY, RATES)
    assert {row["name"]: row["value"] for row in plain_rows(frames["custom_fields"])} == {
        "Materiaal": "katoen", "Jaren": "3", "Gewicht": "1.5", "Cadeau": "false", "Vanaf": "2026-12-24",
        "Moment": "2026-12-24T13:30:00Z", "Keuzes": "[2, 4]", "Lijst": "a;b", "Leeg": None,
    }  # fmt: skip


def test_a_later_reading_asks_from_a_little_before_and_replaces_only_what_changed() -> None:
    price = tag("salesPrice", tag("salesPriceNumber", 1) + tag("priceIncl", 900))
    material = field("Materiaal", "STRING", tag("strValue", "hout"))
    first, _ = read(
        page(product(10, 50, article(1, 51, fields=material, prices=price), article(2, 52)), product(11, 53, article(3, 54))), EMPTY, RATES
    )
    moved = page(product(11, 60, article(1, 61)), product(10, 50, article(2, 52)))
    frames, asked = read(moved, EMPTY, RATES, stored=first)
    assert asked == ["35", "62"]
    assert {row["article_number"]: row["family_number"] for row in plain_rows(frames["articles"])} == {1: 11, 2: 10, 3: 11}
    assert frames["custom_fields"].empty
    assert frames["sales_prices"].empty
    assert frames["families"].attrs == {MARK: 62}


def test_a_quiet_reading_is_one_empty_page_and_changes_nothing() -> None:
    first, _ = read(page(product(10, 5, article(1, 6))), EMPTY, RATES)
    with serving([EMPTY]) as (client, served):
        frames = catalogue(client, "EUR", dict(first))
    assert [asked.operation for asked in served.asked] == ["getProducts"]
    assert all(frames[name].equals(first[name]) for name in PRODUCT_SHAPES)
    assert frames["families"].attrs == {MARK: 7}


def test_frames_of_another_shape_are_read_anew() -> None:
    first, _ = read(page(product(10, 5, article(1, 6))), EMPTY, RATES)
    older = {**first, "articles": first["articles"].drop(columns="fault")}
    _, asked = read(page(product(10, 5, article(1, 6))), EMPTY, RATES, stored=older)
    assert asked == ["0", "7"]
