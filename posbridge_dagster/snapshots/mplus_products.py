"""MplusKASSA's whole catalogue as frames, read once and then kept up to date by sync marker.

How far it was read is kept with the ``families`` frame (``attrs``). Nothing is filtered when it is read: a filter on active or
webshop articles would hide the very change that takes an article out. Each later read goes back over a few markers, because one
that was handed out before its transaction ended would be skipped otherwise; what is stored just so is dropped.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC
from typing import Any

import pandas as pd

from posbridge_dagster.clients.mplus.articles import products_since
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.masterdata import vat_scale
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.values import percentage, quantity_value
from posbridge_dagster.snapshots.mplus_product_shapes import PRODUCT_SHAPES

Frames = dict[str, pd.DataFrame]
Row = dict[str, Any]
Rows = dict[str, list[Row]]

MARK = "articles_marker"
OVERLAP = 20
"""Markers that are read again."""

_ARTICLE = {
    "ext_article_id": "extArticleId",
    "plu_number": "pluNumber",
    "webshop": "webshop",
    "description": "description",
    "colour": "colour",
    "colour_position": "colourSequenceNumber",
    "size": "size",
    "size_position": "sizeSequenceNumber",
    "invoice_text": "invoiceText",
    "receipt_text": "receiptText",
    "display_text": "displayText",
    "long_text": "extraText",
    "barcode": "barcode",
    "brand": "brandName",
    "turnover_group": "turnoverGroup",
    "vat_code": "vatCode",
    "price_minor": "priceIncl",
    "price_excl_minor": "priceExcl",
    "purchase_minor": "purchasePrice",
    "special_price": "specialPrice",
    "unit": "unit",
    "si_unit": "siUnit",
    "content_unit": "contentUnit",
    "supplier_number": "supplierRelationNumber",
    "supplier_name": "supplierRelationName",
    "supplier_article": "supplierArticleNumber",
    "minimum_age": "ageCheckMinimumAge",
    "sync_marker": "syncMarker",
}


def catalogue(client: MplusClient, currency: str, stored: Mapping[str, pd.DataFrame | None]) -> Frames:
    """Return the frames of ``mplus_product_shapes``: all of the catalogue where nothing is stored, else the stored one brought up to date.

    ``stored`` are the frames as they were returned before, by name. Raises the failures of the client; the stored frames are
    not touched.
    """
    known = _usable(stored)
    mark = int(known["families"].attrs.get(MARK, 0)) if known else 0
    fresh, next_mark = _changed(client, max(0, mark - OVERLAP), known, currency)
    frames = _merged(known, fresh) if known else fresh
    frames["families"].attrs = {MARK: max(mark, next_mark)}
    return frames


def product_frames(products: list[Record], currency: str, percent_scale: int) -> Frames:
    """Return products as frames; of a product or article that comes twice the newest holds."""
    rows = _rows(products, currency, percent_scale)
    return {name: shape.frame(rows[name]) for name, shape in PRODUCT_SHAPES.items()}


def _changed(client: MplusClient, marker: int, known: Frames | None, currency: str) -> tuple[Frames, int]:
    products: list[Record] = []
    for page, following in products_since(client, marker):
        products += page
        marker = following
    products = _unknown(products, known)
    return product_frames(products, currency, vat_scale(client) if products else 1), marker


def _usable(stored: Mapping[str, pd.DataFrame | None]) -> Frames | None:
    """Return the stored frames, or None where one is missing or was stored in another shape."""
    known = {name: frame for name, frame in stored.items() if frame is not None and list(frame) == list(PRODUCT_SHAPES[name].columns)}
    return known if known.keys() == PRODUCT_SHAPES.keys() else None


def _unknown(products: list[Record], known: Frames | None) -> list[Record]:
    """Return the products with those of their articles that are not stored just so."""
    if known is None:
        return products
    families = set(zip(known["families"]["family_number"], known["families"]["sync_marker"], strict=True))
    articles = set(zip(known["articles"]["article_number"], known["articles"]["sync_marker"], strict=True))
    left = [
        {
            **product,
            "articleList": [each for each in product["articleList"] if (each["articleNumber"], each.get("syncMarker")) not in articles],
        }
        for product in products
    ]
    return [each for each in left if each["articleList"] or (each["productNumber"], each.get("syncMarker")) not in families]


def _rows(products: list[Record], currency: str, percent_scale: int) -> Rows:
    families = {product["productNumber"]: _family(product) for product in sorted(products, key=_marker)}
    pairs = [(product["productNumber"], article) for product in products for article in product["articleList"]]
    newest = {article["articleNumber"]: (family, article) for family, article in sorted(pairs, key=lambda pair: _marker(pair[1]))}
    rows: Rows = {name: [] for name in PRODUCT_SHAPES}
    rows["families"] = list(families.values())
    for family, article in newest.values():
        try:
            one = _article(family, article, currency, percent_scale)
            fields, prices = list(_custom_fields(article)), list(_sales_prices(article))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            one, fields, prices = _unreadable(family, article, currency, error), [], []
        rows["articles"].append(one)
        rows["custom_fields"] += fields
        rows["sales_prices"] += prices
    return rows


def _marker(row: Record) -> int:
    return row.get("syncMarker") or 0


def _family(product: Record) -> Row:
    positions = product.get("sortOrderGroupList") or []
    return {
        "family_number": product["productNumber"],
        "description": product.get("description") or None,
        "long_text": product.get("extraText") or None,
        "groups": [str(number) for number in product["groupNumbers"]],
        "group_positions": [f"{each['groupNumber']}:{each['sortOrder']}" for each in positions],
        "sync_marker": product.get("syncMarker"),
    }


def _article(family: int, article: Record, currency: str, percent_scale: int) -> Row:
    content, vat = article.get("contentQuantity"), article.get("vatPercentage")
    categories = article.get("categoryIds") or ([article["categoryId"]] if article.get("categoryId") else [])
    return {
        **{column: article.get(member) if article.get(member) != "" else None for column, member in _ARTICLE.items()},
        "article_number": article["articleNumber"],
        "family_number": family,
        "active": article.get("active") is not False,
        "discontinued": bool(article.get("discontinued")),
        "stock_article": article.get("stockArticle") is not False,
        "categories": [str(number) for number in categories],
        "vat_rate": int(percentage(vat, percent_scale) * 100) if vat is not None else None,
        "content_quantity": quantity_value(content, article.get("contentQuantityDecimalPlaces")) if content else None,
        "currency": currency,
    }


def _unreadable(family: int, article: Record, currency: str, error: Exception) -> Row:
    return {
        "article_number": article["articleNumber"],
        "family_number": family,
        "description": article.get("description"),
        "currency": currency,
        "sync_marker": article.get("syncMarker"),
        "fault": f"{type(error).__name__}: {error}",
    }


def _custom_fields(article: Record) -> Iterator[Row]:
    named: dict[str, Record] = {field["fieldName"]: field for field in article.get("customFieldList") or []}
    for position, (name, field) in enumerate(named.items(), 1):
        kind = field.get("dataType") or "DATA-TYPE-UNKNOWN"
        value = custom_value(kind, field)
        yield {"article_number": article["articleNumber"], "name": name, "position": position, "data_type": kind, "value": value}


def custom_value(kind: str, field: Record) -> str | None:
    """Return the value of a custom field as text, by its data type; None where it holds nothing.

    Which member holds the value of DATA-TYPE-ARRAY and -TEXT-ARRAY is not documented: their text passes as it is.
    """
    match kind:
        case "DATA-TYPE-INT":
            return None if field.get("intValue") is None else str(field["intValue"])
        case "DATA-TYPE-DECIMAL":
            places = field.get("decimalPlaces")
            return None if field.get("intValue") is None else f"{quantity_value(field['intValue'], places).normalize():f}"
        case "DATA-TYPE-BOOL":
            return None if field.get("boolValue") is None else str(field["boolValue"]).lower()
        case "DATA-TYPE-DATE":
            return field["dateValue"].isoformat() if field.get("dateValue") else None
        case "DATA-TYPE-DATETIME":
            moment = field.get("dateTimeValue")
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
        case "DATA-TYPE-MULTISELECTINT":
            return json.dumps(sorted(field["multiSelectInt"])) if field.get("multiSelectInt") else None
        case _:
            return field.get("strValue") or None


def _sales_prices(article: Record) -> Iterator[Row]:
    for position, price in enumerate(article.get("salesPriceList") or [], 1):
        first, last = price.get("startDate"), price.get("endDate")
        yield {
            "article_number": article["articleNumber"],
            "position": position,
            "price_number": price["salesPriceNumber"],
            "name": price.get("description") or None,
            "first_day": first.isoformat() if first else None,
            "last_day": last.isoformat() if last else None,
            "price_minor": price.get("priceIncl"),
            "price_excl_minor": price.get("priceExcl"),
            "minimum_quantity": price.get("minimumAmount"),
        }


def _merged(known: Frames, fresh: Frames) -> Frames:
    """Return the stored frames with what is fresh in place of its earlier state."""
    return {name: _replaced(name, known[name], fresh) for name in PRODUCT_SHAPES}


def _replaced(name: str, known: pd.DataFrame, fresh: Frames) -> pd.DataFrame:
    changed = "families" if name == "families" else "articles"
    key = PRODUCT_SHAPES[changed].key[0]
    if fresh[changed].empty:
        return known
    kept = known[~known[key].isin(fresh[changed][key])]
    return PRODUCT_SHAPES[name].conform(pd.concat([kept, fresh[name]], ignore_index=True))
