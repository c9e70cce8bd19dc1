"""The catalogue as a client sees it: reading by every selector, writing, and what moves which marker."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from posbridge_dagster.sandbox.mplus import MplusSandbox
from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS
from posbridge_dagster.sandbox.running import running
from posbridge_dagster.sandbox.seed import (
    ArticleSeed,
    CustomFieldSeed,
    DetailSeed,
    FamilySeed,
    FieldValue,
    LocationSeed,
    SalesPriceSeed,
    Seed,
)
from posbridge_dagster_tests.sandbox.mplus.conftest import NOW
from posbridge_dagster_tests.sandbox.mplus.till import Reply, Till

ARTICLE = "productList/product/articleList/article"


def changes(till: Till, marker: int, **request: Any) -> dict[str, list[str]]:
    """Return the changed articles by product, from a marker on."""
    answer = till.ask("getProducts", pluNumbers={}, syncMarker=marker, **request)
    return {each["productNumber"]: each.all("articleList/article/articleNumber") for each in answer.each("productList/product")}


def next_marker(till: Till) -> int:
    return 1 + int(till.ask("getCurrentSyncMarkersV2", includeArticleSyncMarker=True)["articleSyncMarker"])


def article_of(till: Till, number: int) -> Reply:
    (found,) = till.ask("getProducts", pluNumbers={}, articleNumbers=[number]).each(ARTICLE)
    return found


@pytest.mark.parametrize(
    ("members", "seen"),
    [
        ({"priceIncl": 1999}, ("priceIncl", "1999")),
        ({"active": False}, ("active", "false")),
        ({"discontinued": True}, ("discontinued", "true")),
        ({"webshop": False}, ("webshop", "false")),
        ({"colour": "rood", "colourSequenceNumber": 2}, ("colourSequenceNumber", "2")),
        ({"vatCode": 1}, ("vatPercentage", "900")),
    ],
)
def test_a_change_of_an_article_comes_in_the_delta_alone(till: Till, members: dict[str, Any], seen: tuple[str, str]) -> None:
    marker = next_marker(till)
    till.sandbox.floor.change_article(102, members)
    assert changes(till, marker) == {"1": ["102"]}
    assert article_of(till, 102)[seen[0]] == seen[1]
    assert changes(till, marker + 1) == {}


def test_a_change_that_changes_nothing_moves_no_marker(till: Till) -> None:
    marker = next_marker(till)
    till.sandbox.floor.change_article(102, {"priceIncl": 2495, "active": True})
    assert next_marker(till) == marker


def test_an_article_that_comes_back_is_in_the_delta_again(till: Till) -> None:
    till.sandbox.floor.change_article(102, {"active": False})
    marker = next_marker(till)
    till.sandbox.floor.change_article(102, {"active": True})
    assert changes(till, marker) == {"1": ["102"]}


def test_filters_hide_the_very_change_that_takes_an_article_out(till: Till) -> None:
    marker = next_marker(till)
    till.sandbox.floor.change_article(102, {"active": False})
    till.sandbox.floor.change_article(103, {"webshop": False})
    assert changes(till, marker, onlyActive=True) == {"1": ["103"]}
    assert changes(till, marker, onlyWebshop=True) == {"1": ["102"]}
    assert changes(till, marker, onlyActive=True, onlyWebshop=True) == {}


def test_a_renamed_product_comes_without_articles(till: Till) -> None:
    marker = next_marker(till)
    till.sandbox.floor.change_product(1, {"description": "Overhemd"})
    assert changes(till, marker) == {"1": []}
    assert changes(till, marker, includeAllArticlesOfSelectedProducts=True) == {"1": ["101", "102", "103"]}


def test_a_family_is_split_and_an_article_moved(till: Till) -> None:
    floor, marker = till.sandbox.floor, next_marker(till)
    new = floor.add_product("Poloshirt", groups=[2])["productNumber"]
    floor.move_article(103, new)
    assert changes(till, marker) == {"1": [], str(new): ["103"]}
    assert changes(till, 0, syncMarkerLimit=100) == {"2": ["201"], "3": ["999"], "1": ["101", "102"], str(new): ["103"]}
    marker = next_marker(till)
    floor.move_article(201, 1)
    assert changes(till, marker) == {"2": [], "1": ["201"]}


def test_a_product_bears_the_newest_marker_of_its_changes(till: Till) -> None:
    marker = next_marker(till)
    till.sandbox.floor.change_article(101, {"priceIncl": 1})
    answer = till.ask("getProducts", pluNumbers={}, syncMarker=marker)
    assert (answer["productList/product/syncMarker"], answer[f"{ARTICLE}/syncMarker"]) == (str(marker), str(marker))
    till.sandbox.floor.change_product(1, {"description": "Overhemd"})
    assert till.ask("getProducts", pluNumbers={}, productNumbers=[1])["productList/product/syncMarker"] == str(marker + 1)


def test_paging_by_the_highest_marker_reads_every_article_once_whatever_changes_meanwhile(till: Till) -> None:
    floor = till.sandbox.floor
    seen: dict[str, str] = {}
    marker = rounds = 0
    while True:
        answer = till.ask("getProducts", pluNumbers={}, syncMarker=marker, syncMarkerLimit=2)
        rows = answer.each(ARTICLE)
        if not answer.all("productList/product/syncMarker"):
            break
        seen |= {row["articleNumber"]: row["priceIncl"] for row in rows}
        marker = 1 + max(map(int, [*answer.all("productList/product/syncMarker"), *answer.all(f"{ARTICLE}/syncMarker")]))
        rounds += 1
        if rounds == 1:
            floor.change_article(101, {"priceIncl": 1})
            floor.change_article(201, {"priceIncl": 2})
    assert seen == {"101": "1", "102": "2495", "103": "2495", "201": "2", "999": "495"}


def test_articles_are_found_by_the_moment_of_their_change() -> None:
    now = [NOW]
    seed = Seed(families=[FamilySeed(1, "Shirt", (ArticleSeed(1, "1", "S", 100), ArticleSeed(2, "2", "M", 100)))])
    with running(MplusSandbox(seed, clock=lambda: now[0])) as served:
        till = Till(served)
        now[0] += timedelta(hours=1)
        till.sandbox.floor.change_article(2, {"priceIncl": 200})
        since = {"sec": 0, "min": 0, "hour": 17, "day": 20, "mon": 11, "year": 2026, "isdst": False, "timezone": 60}
        answer = till.ask("getProducts", pluNumbers={}, changedSinceTimestamp=since)
        assert answer.all(f"{ARTICLE}/articleNumber") == []
        answer = till.ask("getProducts", pluNumbers={}, changedSinceTimestamp={**since, "hour": 16})
        assert answer.all(f"{ARTICLE}/articleNumber") == ["2"]


FIELDS: dict[str, tuple[FieldValue, dict[str, str]]] = {
    "Materiaal": ("wol", {"strValue": "wol"}),
    "Garantie maanden": (24, {"intValue": "24"}),
    "Gewicht kg": (Decimal("1.250"), {"intValue": "125", "decimalPlaces": "2"}),
    "Duurzaam": (False, {"boolValue": "false"}),
    "Leverbaar vanaf": (date(2026, 12, 24), {"dateValue/day": "24", "dateValue/mon": "12", "dateValue/year": "2026"}),
    "Laatst geteld": (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), {"dateTimeValue/hour": "14", "dateTimeValue/timezone": "120"}),
    "Seizoen": ((2, 4), {"multiSelectInt": "2"}),
    "Trefwoorden": ("a;b", {"strValue": "a;b"}),
    "Afmetingen": ("1x2x3", {"strValue": "1x2x3"}),
    "Vrij veld": ("iets", {"strValue": "iets"}),
}


def rich_shop() -> Seed:
    details = DetailSeed(
        colour_position=3,
        size_position=2,
        long_text="Warm & zacht.",
        purchase_cents=800,
        unit="stuk",
        content_quantity=Decimal("750.5"),
        content_unit="gram",
        barcodes=("2005000000018",),
        custom_fields=tuple(CustomFieldSeed(name, value) for name, (value, _) in FIELDS.items()),
        sales_prices=(SalesPriceSeed(1, 1995, date(2026, 11, 1), date(2026, 11, 30)), SalesPriceSeed(2, 2995)),
    )
    article = ArticleSeed(11, "11", "Trui rood M", 2420, barcode="2000000000114", colour="rood", size="M", details=details)
    return Seed(families=[FamilySeed(1, "Trui", (article,), brand="Zeewind", long_text="Gebreid.")], locations=[LocationSeed(1, "A", 1)])


def test_an_article_tells_all_that_a_webshop_needs() -> None:
    with running(MplusSandbox(rich_shop(), clock=lambda: NOW)) as served:
        till = Till(served)
        product = till.ask("getProducts", pluNumbers={}).each("productList/product")[0]
        article = article_of(till, 11)
        told = (
            "colourSequenceNumber",
            "sizeSequenceNumber",
            "priceIncl",
            "priceExcl",
            "vatCode",
            "vatPercentage",
            "purchasePrice",
            "brandName",
        )
        assert [article[name] for name in told] == ["3", "2", "2420", "2000", "2", "2100", "800", "Zeewind"]
        assert (article["contentQuantity"], article["contentQuantityDecimalPlaces"], article["contentUnit"]) == ("7505", "1", "gram")
        assert article.all("barcodeList/barcode/barcode") == ["2000000000114", "2005000000018"]
        assert article.all("salesPriceList/salesPrice/priceIncl") == ["1995", "2995"]
        assert article.all("salesPriceList/salesPrice/endDate/day") == ["30"]
        assert (product["extraText"], article["extraText"]) == ("Gebreid.", "Warm & zacht.")
        assert not article.has("imageList")


def test_a_custom_field_of_every_data_type_keeps_its_value_where_its_kind_belongs() -> None:
    with running(MplusSandbox(rich_shop(), clock=lambda: NOW)) as served:
        till = Till(served)
        fields = {field["fieldName"]: field for field in article_of(till, 11).each("customFieldList/customField")}
        assert {name: field["dataType"] for name, field in fields.items()} == ARTICLE_FIELDS
        for name, (_, members) in FIELDS.items():
            assert {path: fields[name][path] for path in members} == members, name
        assert fields["Seizoen"].all("multiSelectInt") == ["2", "4"]
        assert {field["fieldName"] for field in till.call("getCustomFieldLists").each("articleCustomFieldList/customField")} == set(FIELDS)
    assert len(set(ARTICLE_FIELDS.values())) == 10


def new_product(**members: Any) -> dict[str, Any]:
    article = {"articleNumber": 301, "extArticleId": "gid:1", "description": "Pet", "vatCode": 2, "priceIncl": 1210}
    return {"description": "Pet", "articleList": {"article": article}, **members}


def test_a_new_product_is_read_back_with_what_follows_from_what_it_came_with(till: Till) -> None:
    marker = next_marker(till)
    made = till.call("createProduct", product=new_product(groupNumbers=[2]))
    assert (made["result"], made["productNumber"], made.all("articleNumbers")) == ("CREATE-PRODUCT-RESULT-OK", "4", ["301"])
    assert changes(till, marker) == {"4": ["301"]}
    article = article_of(till, 301)
    assert (article["priceExcl"], article["vatPercentage"], article["active"], article["stockArticle"]) == ("1000", "2100", "true", "true")
    assert till.ask("getProducts", pluNumbers={}, articleNumbers=[301])["productList/product/groupNumbers"] == "2"
    assert till.stock(301) == (0, 0)
    assert made["syncMarker"] == till.ask("getProducts", pluNumbers={}, articleNumbers=[301])["productList/product/syncMarker"]


def test_numbers_that_are_not_sent_are_the_next_free_ones(till: Till) -> None:
    article = {"description": "Das", "vatCode": 1, "priceExcl": 1000}
    made = till.call("createProduct", product={"description": "Das", "articleList": {"article": [article, article]}})
    assert (made["productNumber"], made.all("articleNumbers")) == ("4", ["1000", "1001"])
    assert article_of(till, 1000)["priceIncl"] == "1090"


@pytest.mark.parametrize(
    ("product", "result"),
    [
        (new_product(productNumber=2), "FAILED-PRODUCT-NUMBER-ALREADY-TAKEN"),
        (new_product(articleList={"article": {"articleNumber": 101}}), "FAILED-ARTICLE-NUMBER-ALREADY-TAKEN"),
        (new_product(articleList={"article": [{"articleNumber": 7}, {"articleNumber": 7}]}), "FAILED"),
        (new_product(articleList={"article": {"vatCode": 5}}), "FAILED"),
        (new_product(articleList={"article": {"turnoverGroup": 1000}}), "FAILED"),
        (new_product(articleList={"article": {"customFieldList": {"customField": {"fieldName": "Onbekend"}}}}), "FAILED"),
        (new_product(groupNumbers=[77]), "FAILED"),
        ({"description": "Leeg"}, "FAILED"),
    ],
)
def test_a_product_that_the_till_does_not_take_is_refused_with_a_reason_and_leaves_nothing(
    till: Till, product: dict[str, Any], result: str
) -> None:
    marker = next_marker(till)
    answer = till.call("createProduct", product=product)
    assert answer["result"] == f"CREATE-PRODUCT-RESULT-{result}"
    assert answer["errorMessage"]
    assert next_marker(till) == marker


def test_an_update_changes_what_is_sent_adds_what_is_new_and_deletes_nothing(till: Till) -> None:
    marker = next_marker(till)
    sent = {"article": [{"articleNumber": 101, "priceIncl": 2000}, {"articleNumber": 104, "size": "XL", "vatCode": 2, "priceIncl": 2100}]}
    answer = till.call("updateProduct", product={"productNumber": 1, "articleList": sent})
    assert (answer["result"], answer.all("existingArticleNumbers"), answer.all("newArticleNumbers")) == (
        "UPDATE-PRODUCT-RESULT-OK",
        ["101"],
        ["104"],
    )
    assert changes(till, marker) == {"1": ["101", "104"]}
    assert (article_of(till, 101)["size"], article_of(till, 101)["priceIncl"]) == ("S", "2000")
    assert sorted(changes(till, 0)["1"]) == ["101", "102", "103", "104"]


def test_an_update_of_the_same_content_moves_no_marker(till: Till) -> None:
    marker = next_marker(till)
    product = {
        "productNumber": 2,
        "description": "Boek",
        "groupNumbers": [1],
        "articleList": {"article": {"articleNumber": 201, "priceIncl": 1250}},
    }
    assert till.call("updateProduct", product=product)["result"] == "UPDATE-PRODUCT-RESULT-OK"
    assert next_marker(till) == marker
    assert [call.wrote for call in till.served.control.calls if call.operation == "updateProduct"] == [False]


@pytest.mark.parametrize(
    ("product", "result"),
    [
        ({"productNumber": 77}, "NOT-FOUND"),
        ({"productNumber": 1, "articleList": {"article": {"articleNumber": 201}}}, "FAILED-ARTICLE-NUMBER-ALREADY-TAKEN"),
        ({"productNumber": 1, "articleList": {"article": {"articleNumber": 101, "vatCode": 9}}}, "FAILED"),
    ],
)
def test_an_update_that_cannot_be_is_refused(till: Till, product: dict[str, Any], result: str) -> None:
    answer = till.call("updateProduct", product=product)
    assert answer["result"] == f"UPDATE-PRODUCT-RESULT-{result}"
    assert answer["errorMessage"]


def test_an_installation_may_not_allow_changes_or_leave_members_as_they_are(till: Till) -> None:
    product = {"productNumber": 2, "articleList": {"article": {"articleNumber": 201, "webshop": False, "priceIncl": 5}}}
    till.sandbox.switches["ignored_article_members"] = ["webshop"]
    assert till.call("updateProduct", product=product)["result"] == "UPDATE-PRODUCT-RESULT-OK"
    assert (article_of(till, 201)["webshop"], article_of(till, 201)["priceIncl"]) == ("true", "5")
    till.sandbox.switches["products_can_be_changed"] = False
    assert till.call("updateProduct", product=product)["result"] == "UPDATE-PRODUCT-RESULT-NOT-ALLOWED"


def test_a_custom_field_is_written_without_its_type_and_read_with_it(till: Till) -> None:
    fields = {"customField": {"fieldName": "Materiaal", "dataType": "DATA-TYPE-UNKNOWN", "strValue": "zijde"}}
    till.call("updateProduct", product={"productNumber": 2, "articleList": {"article": {"articleNumber": 201, "customFieldList": fields}}})
    field = article_of(till, 201).each("customFieldList/customField")[0]
    assert (field["dataType"], field["strValue"]) == ("DATA-TYPE-STRING", "zijde")


def test_price_lists_and_price_groups_have_names(till: Till) -> None:
    assert till.call("getSalesPriceList").all("salesPrice/description") == ["Actieprijs", "Adviesprijs"]
    assert till.call("getPriceGroupList").all("priceGroup/priceGroupNumber") == ["1"]


def test_no_page_holds_more_articles_than_the_cap_but_a_first_product_comes_whole(till: Till) -> None:
    till.sandbox.switches["page_cap"] = 2
    assert changes(till, 0) == {"1": ["101", "102", "103"]}
    assert changes(till, 5, syncMarkerLimit=500) == {"2": ["201"], "3": ["999"]}
    assert len(till.ask("getProducts", pluNumbers={}).all(ARTICLE)) == 3


def test_rows_without_a_limit_are_in_no_order_to_rely_on(till: Till) -> None:
    till.sandbox.floor.change_article(101, {"priceIncl": 1})
    markers = till.ask("getProducts", pluNumbers={}, syncMarker=0).all("productList/product/syncMarker")
    assert markers != sorted(markers, key=int)
    limited = till.ask("getProducts", pluNumbers={}, syncMarker=0, syncMarkerLimit=1).all("productList/product/syncMarker")
    assert limited == ["4"]


def test_several_selectors_hold_together(till: Till) -> None:
    asked: dict[str, Any] = {"groupNumbers": [2], "articleNumbers": [101, 201], "pluNumbers": {"text": [{"text": "101"}, {"text": "102"}]}}
    answer = till.call("getProducts", request=asked)
    assert answer.all(f"{ARTICLE}/articleNumber") == ["101"]
    assert till.ask("getProducts", pluNumbers={}, groupNumbers=[77]).all(ARTICLE) == []
