"""Answers of getProducts as the service writes them (its prefixes, its order of members), the same ones for the same number."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from xml.sax.saxutils import escape

COLOURS = ("Zwart", "Wit", "Rood", "Marineblauw", "Groen", "")
SIZES = ("XS", "S", "M", "L", "XL", "")
BRANDS = ("Van Dam & Zn.", "Noordkaap", "Atelier Zuid", "De Wever")
WORDS = ("mok", "kaars", "deken", "kussen", "lamp", "vaas", "schaal", "tafelkleed", "theedoek", "fotolijst", "klok", "kapstok")


def products_answer(articles: int, seed: int = 7) -> bytes:
    """Return an answer with this many articles in families of one to five: custom fields, price lists and barcodes on many."""
    chance = Random(seed)
    products = "".join(_products(articles, chance))
    body = f"<ns:GetProductsResponse><ns:productList>{products}</ns:productList></ns:GetProductsResponse>"
    names = 'xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns="urn:mplusqapi"'
    envelope = f"<SOAP-ENV:Envelope {names}><SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{envelope}'.encode()


def _products(articles: int, chance: Random) -> Iterator[str]:
    number = 0
    while number < articles:
        size = min(chance.randint(1, 5), articles - number)
        name = f"{chance.choice(WORDS).capitalize()} {chance.choice(BRANDS)}"
        family = "".join(_article(number + place, name, chance) for place in range(size))
        texts = _tag("productNumber", 5000 + number) + _tag("syncMarker", 90000 + number) + _tag("description", name)
        groups = _tag("groupNumbers", chance.randint(1, 40)) + _tag("groupNumbers", chance.randint(41, 80))
        yield f"<ns:product>{texts}<ns:articleList>{family}</ns:articleList>{groups}</ns:product>"
        number += size


def _article(number: int, name: str, chance: Random) -> str:
    price = chance.randint(95, 24995)
    parts = [
        _tag("articleNumber", 10000 + number),
        _tag("extArticleId", f"{chance.randint(20000, 99999)}{chance.choice('AB')}") if number % 4 == 0 else "",
        _tag("pluNumber", f"{number:06d}"),
        _tag("syncMarker", 100000 + number),
        _moment("changeTimestamp", chance),
        _tag("active", _truth(number % 17 != 0)),
        _tag("description", f"{name} {number}"),
        _tag("colour", chance.choice(COLOURS)),
        _tag("size", chance.choice(SIZES)),
        _tag("invoiceText", f"{name}, per stuk"),
        _tag("receiptText", name[:20]),
        _tag("barcode", 8710000000000 + number),
        _tag("extraText", f"Met liefde gemaakt: {name}.\nWassen op 30°.") if number % 5 == 0 else "",
        _tag("turnoverGroup", chance.randint(1, 20)),
        _tag("vatCode", 2),
        _tag("vatPercentage", 2100),
        _tag("purchasePrice", price // 3),
        _tag("priceIncl", price),
        _tag("priceExcl", round(price / 1.21)),
        _tag("webshop", _truth(number % 3 != 0)),
        _tag("stockArticle", "true"),
        _tag("specialPrice", "PRICE-NORMAL"),
        _custom_fields(number, chance) if number % 2 == 0 else "",
        _sales_prices(price, chance) if number % 4 == 0 else "",
        _tag("discontinued", _truth(number % 29 == 0)),
    ]
    barcodes = _barcodes(number) if number % 4 == 0 else ""
    parts.insert(-1, barcodes)
    return f"<ns:article>{''.join(parts)}</ns:article>"


def _custom_fields(number: int, chance: Random) -> str:
    material = (
        _tag("fieldName", "Materiaal") + _tag("dataType", "DATA-TYPE-STRING") + _tag("strValue", chance.choice(("katoen", "hout", "glas")))
    )
    weight = (
        _tag("fieldName", "Gewicht") + _tag("dataType", "DATA-TYPE-DECIMAL") + _tag("intValue", 100 + number) + _tag("decimalPlaces", 3)
    )
    gift = _tag("fieldName", "Cadeau") + _tag("dataType", "DATA-TYPE-BOOL") + _tag("boolValue", _truth(number % 8 == 0))
    return _list("customFieldList", "customField", (material, weight, gift))


def _sales_prices(price: int, chance: Random) -> str:
    start = _date("startDate", 1, chance.randint(1, 12), 2026)
    sale = _tag("salesPriceNumber", 1) + start + _date("endDate", 0, 0, 0) + _tag("priceIncl", price * 9 // 10) + _tag("minimumAmount", 1)
    regular = _tag("priceGroupNumber", 3) + _tag("description", "Vaste klanten") + _tag("discountPercentage", 500)
    return _list("salesPriceList", "salesPrice", (sale,)) + _list("priceGroupList", "priceGroup", (regular,))


def _barcodes(number: int) -> str:
    box = _tag("description", "Doos van 12") + _tag("barcode", 8720000000000 + number) + _tag("quantity", 12) + _tag("decimalPlaces", 0)
    piece = _tag("barcode", 8730000000000 + number) + _tag("quantity", 1) + _tag("isCurrent", "true")
    return _list("barcodeList", "barcode", (box, piece))


def _list(name: str, item: str, entries: tuple[str, ...]) -> str:
    inside = "".join(f"<ns:{item}>{entry}</ns:{item}>" for entry in entries)
    return f"<ns:{name}>{inside}</ns:{name}>"


def _moment(name: str, chance: Random) -> str:
    at = datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(minutes=chance.randint(0, 60 * 24 * 60))
    clock = _tag("sec", 0) + _tag("min", at.minute) + _tag("hour", at.hour)
    return f"<ns:{name}>{clock}{_day(at.day, at.month, at.year)}{_tag('isdst', 'false')}{_tag('timezone', 60)}</ns:{name}>"


def _date(name: str, day: int, month: int, year: int) -> str:
    return f"<ns:{name}>{_day(day, month, year)}</ns:{name}>"


def _day(day: int, month: int, year: int) -> str:
    return _tag("day", day) + _tag("mon", month) + _tag("year", year)


def _truth(truth: bool) -> str:
    return "true" if truth else "false"


def _tag(name: str, value: object) -> str:
    return f"<ns:{name}>{escape(str(value))}</ns:{name}>"
