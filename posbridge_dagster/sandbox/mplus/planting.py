"""From seeds to what the till's records hold, under the names of the interface description."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from posbridge_dagster.sandbox.mplus.masterdata import ARTICLE_FIELDS, RELATION_FIELDS, SALES_PRICES, vat_code_of
from posbridge_dagster.sandbox.mplus.pricing import vat_within
from posbridge_dagster.sandbox.mplus.quantities import scaled
from posbridge_dagster.sandbox.mplus.reading import Message
from posbridge_dagster.sandbox.seed import ArticleSeed, CustomFieldSeed, FamilySeed, FieldValue, RelationSeed, SalesPriceSeed


def family_members(family: FamilySeed) -> Message:
    """Return what a product says of itself."""
    return {"description": family.description} | ({"extraText": family.long_text} if family.long_text else {})


def article_members(article: ArticleSeed, family: FamilySeed) -> Message:
    """Return what an article holds. Raises LookupError where the till has no VAT code for its rate, or no such custom field."""
    text, details = article.description or family.description, article.details
    told = {
        "colourSequenceNumber": details.colour_position,
        "sizeSequenceNumber": details.size_position,
        "extraText": details.long_text,
        "purchasePrice": details.purchase_cents,
        "unit": details.unit,
        "supplierArticleNumber": details.supplier_article,
        "barcodeList": _barcodes(article),
        "customFieldList": _custom_fields(details.custom_fields, ARTICLE_FIELDS),
        "salesPriceList": _sales_prices(article),
        **_content(article),
    }
    return {
        "extArticleId": article.ext_article_id,
        "pluNumber": str(article.article_number),
        "active": article.active,
        "description": text,
        "colour": article.colour,
        "size": article.size,
        "invoiceText": text,
        "receiptText": text,
        "displayText": text,
        "barcode": article.barcode,
        "brandName": family.brand,
        "vatCode": vat_code_of(article.vat_rate),
        "vatPercentage": article.vat_rate,
        "priceIncl": article.price_cents,
        "priceExcl": article.price_cents - vat_within(article.price_cents, article.vat_rate),
        "webshop": bool(article.code) if details.webshop is None else details.webshop,
        "stockArticle": article.stock_article,
        "specialPrice": details.special_price,
        "discontinued": details.discontinued,
        **{name: value for name, value in told.items() if value},
    }


def _content(article: ArticleSeed) -> Message:
    if article.details.content_quantity is None:
        return {}
    number, places = scaled(article.details.content_quantity)
    return {"contentUnit": article.details.content_unit, "contentQuantity": number, "contentQuantityDecimalPlaces": places}


def _barcodes(article: ArticleSeed) -> Message:
    codes = [article.barcode, *article.details.barcodes]
    if not article.details.barcodes:
        return {}
    return {"barcode": [{"barcodeId": place, "barcode": code, "isCurrent": place == 1} for place, code in enumerate(codes, 1)]}


def _sales_prices(article: ArticleSeed) -> Message:
    prices = [_sales_price(price, article.vat_rate) for price in article.details.sales_prices]
    return {"salesPrice": prices} if prices else {}


def _sales_price(price: SalesPriceSeed, rate: int) -> Message:
    return {
        "salesPriceNumber": price.number,
        "description": SALES_PRICES[price.number],
        "priceIncl": price.price_cents,
        "priceExcl": price.price_cents - vat_within(price.price_cents, rate),
        **{name: day for name, day in (("startDate", price.first_day), ("endDate", price.last_day)) if day},
    }


def _custom_fields(fields: tuple[CustomFieldSeed, ...], defined: Mapping[str, str]) -> Message:
    unknown = [field.name for field in fields if field.name not in defined]
    if unknown:
        raise LookupError(f"the administration has no custom field {unknown[0]!r}; it has {', '.join(defined)}")
    rows = [{"fieldName": each.name, "dataType": defined[each.name], "isRequired": False, **_value(each.value)} for each in fields]
    return {"customField": rows} if rows else {}


def _value(value: FieldValue) -> dict[str, Any]:
    """Return the member that holds a value, by its type (reference 2.6); texts stand in ``strValue`` whatever the field is called."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": value}
        case Decimal():
            number, places = scaled(value)
            return {"intValue": number, "decimalPlaces": places}
        case datetime():
            return {"dateTimeValue": value}
        case date():
            return {"dateValue": value}
        case tuple():
            return {"multiSelectInt": list(value)}
        case _:
            return {"strValue": value}


def relation_members(relation: RelationSeed) -> Message:
    """Return what a relation holds; what a seed leaves empty the till leaves out."""
    delivery = relation.delivery
    members = {
        "name": relation.name,
        "address": relation.address,
        "zipcode": relation.zipcode,
        "city": relation.city,
        "country": relation.country,
        "contact": relation.contact,
        "telephone": relation.telephone,
        "mobile": relation.mobile,
        "email": relation.email,
        "website": relation.website,
        "birthDate": relation.birth_date,
        "vatNumber": relation.vat_number,
        "commerceNumber": relation.commerce_number,
        "companyName": relation.company_name,
        "customFieldList": _custom_fields(relation.custom_fields, RELATION_FIELDS),
        "contactList": {"relation": contacts} if (contacts := [relation_members(each) for each in relation.contacts]) else {},
    }
    if delivery:
        members |= {
            "deliveryAddress": delivery.address1,
            "deliveryZipcode": delivery.postal_code,
            "deliveryCity": delivery.city,
            "deliveryCountry": delivery.country,
        }
    return {"active": relation.active, **{name: value for name, value in members.items() if value}}
