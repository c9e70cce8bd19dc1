"""The shop in one file, so that a sandbox is the same after a restart: a line of JSON per record."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from posbridge_dagster.sandbox.shopify.collection_records import Collection
from posbridge_dagster.sandbox.shopify.order_records import Order
from posbridge_dagster.sandbox.shopify.plain import PlainError, from_plain, to_plain
from posbridge_dagster.sandbox.shopify.records import Company, Customer, Definition, Location, Product, UsedKey, Variant
from posbridge_dagster.sandbox.shopify.shop import Clock, Shop
from posbridge_dagster.sandbox.shopify.stock_records import Adjustment, Level

FILE = "shopify.jsonl"
KEPT = (Location, Product, Variant, Collection, Level, Adjustment, Customer, Company, Definition, UsedKey, Order)
KINDS: dict[str, Any] = {kind.__name__: kind for kind in KEPT}


def save_shop(shop: Shop, folder: Path) -> Path:
    """Write a shop into a folder, in place of an earlier one; the file is whole or it is the earlier one."""
    folder.mkdir(parents=True, exist_ok=True)
    path, draft = folder / FILE, folder / f"{FILE}.draft"
    with draft.open("w", encoding="utf-8") as file:
        for line in _lines(shop):
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
    draft.replace(path)
    return path


def _lines(shop: Shop) -> Iterator[dict[str, Any]]:
    yield {
        "shop": shop.name,
        "currency": shop.currency,
        "timezone": shop.timezone,
        "opened_at": shop.opened_at.isoformat(),
        "last_number": shop.last_number,
    }
    held: tuple[Iterable[Any], ...] = (
        shop.locations.values(),
        shop.definitions.values(),
        shop.products,
        shop.variants,
        shop.collections,
        shop.stock,
        shop.stock.adjustments.values(),
        shop.customers,
        shop.companies,
        shop.used_keys.values(),
        shop.orders,
    )
    for records in held:
        for record in records:
            yield {type(record).__name__: to_plain(record)}


def load_shop(folder: Path, clock: Clock) -> Shop:
    """Return the shop that a folder holds.

    Raises FileNotFoundError where there is none, and PlainError naming the line where the file is damaged or from a version
    that knew other fields.
    """
    path = folder / FILE
    with path.open(encoding="utf-8") as file:
        head = json.loads(file.readline())
        shop = Shop(head["shop"], head["currency"], head["timezone"], clock)
        shop.opened_at, shop.last_number = datetime.fromisoformat(head["opened_at"]), head["last_number"]
        products: list[Product] = []
        variants: dict[int, list[Variant]] = {}
        for number, line in enumerate(file, 2):
            record = _record(path, number, line)
            if isinstance(record, Product):
                products.append(record)
            elif isinstance(record, Variant):
                variants.setdefault(record.product, []).append(record)
            else:
                _put(shop, record)
        for product in products:
            shop.add_product(product, variants.get(product.number, []))
    return shop


def _record(path: Path, number: int, line: str) -> Any:
    try:
        ((name, value),) = json.loads(line).items()
        return from_plain(KINDS[name], value)
    except (KeyError, ValueError) as error:
        raise PlainError(f"{path}, line {number}: {error}; remove the file to start with a new shop") from error


def _put(shop: Shop, record: Any) -> None:
    if isinstance(record, Location):
        shop.locations[record.number] = record
    elif isinstance(record, Customer):
        shop.add_customer(record)
    elif isinstance(record, Company):
        shop.add_company(record)
    elif isinstance(record, UsedKey):
        shop.used_keys[record.key] = record
    elif isinstance(record, Definition):
        shop.definitions[record.number] = record
    elif isinstance(record, Collection):
        shop.collections.add(record)
        shop.index_custom_ids(record)
    elif isinstance(record, Level):
        shop.stock.put(record)
    elif isinstance(record, Adjustment):
        shop.stock.note(record)
    else:
        shop.add_order(record)
