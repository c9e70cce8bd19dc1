"""Products, variants and inventory items."""

import re
from datetime import datetime
from html import unescape
from typing import Any

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.planting import DEFAULT_TITLE, variant_title
from posbridge_dagster.sandbox.shopify.records import Picture, Product, Variant
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text, money, price_text
from posbridge_dagster.sandbox.shopify.shop import Shop

ONLINE_STORE = 1


def product_node(product: Product, shop: Shop) -> Node:
    """Return a Product; its variants, metafields, pictures and publications are connections of their own."""

    def variants() -> list[Variant]:
        return [shop.variants[number] for number in product.variants]

    return Node(
        {
            "__typename": "Product",
            "id": gid("Product", product.number),
            "legacyResourceId": str(product.number),
            "handle": product.handle,
            "title": product.title,
            "status": product.status,
            "vendor": product.vendor,
            "productType": product.product_type,
            "tags": product.tags,
            "descriptionHtml": product.description_html,
            "templateSuffix": product.template_suffix or None,
            "seo": {"title": product.seo_title or None, "description": product.seo_description or None},
            "category": _category(product.category),
            "createdAt": moment_text(product.created_at),
            "updatedAt": moment_text(product.updated_at),
            "publishedAt": moment_or_none(_published_at(product)),
            "isGiftCard": product.gift_card,
            "giftCardTemplateSuffix": None,
            "requiresSellingPlan": product.requires_selling_plan,
            "onlineStoreUrl": None,
            "hasOnlyDefaultVariant": is_simple(product),
            "variantsCount": {"count": len(product.variants), "precision": "EXACT"},
            "mediaCount": {"count": len(product.pictures), "precision": "EXACT"},
        },
        record=product,
        description=lambda: plain_text(product.description_html),
        totalInventory=lambda: sum(shop.stock.available(variant.number) for variant in variants() if variant.tracked),
        tracksInventory=lambda: any(variant.tracked for variant in variants()),
        priceRangeV2=lambda: _price_range([variant.price_cents for variant in variants()], shop, ""),
        compareAtPriceRange=lambda: _compare_at_range(variants(), shop),
        featuredMedia=lambda: picture_node(product.pictures[0]) if product.pictures else None,
        options=lambda: _options(product, variants()),
    )


def is_simple(product: Product) -> bool:
    """Return whether a product has only the variant that every product starts with."""
    return product.option_names == ["Title"] and [value.name for value in product.options[0].values] == [DEFAULT_TITLE]


def plain_text(html: str) -> str:
    """Return a text without its tags, its white space joined."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def _published_at(product: Product) -> datetime | None:
    """Return since when the product is in the online store."""
    return next((entry.at for entry in product.published if entry.publication == ONLINE_STORE), None)


def _category(number: str) -> dict[str, Any] | None:
    """Return a category of the product taxonomy by its code such as ``sg-4-17-2-17``; this shop has no texts for it."""
    if not number:
        return None
    parent, _, last = number.rpartition("-")
    return {
        "__typename": "TaxonomyCategory",
        "id": gid("TaxonomyCategory", number),
        "name": last if parent else number,
        "fullName": number,
        "isLeaf": bool(parent),
        "isRoot": not parent,
        "isArchived": False,
        "level": number.count("-") + 1,
        "parentId": gid("TaxonomyCategory", parent) if parent else None,
    }


def _price_range(cents: list[int], shop: Shop, infix: str) -> dict[str, Any]:
    return {f"{bound}Variant{infix or 'Price'}": money(choose(cents), shop.currency) for bound, choose in (("min", min), ("max", max))}


def _compare_at_range(variants: list[Variant], shop: Shop) -> dict[str, Any] | None:
    cents = [variant.compare_at_cents for variant in variants if variant.compare_at_cents is not None]
    return _price_range(cents, shop, "CompareAtPrice") if cents else None


def _options(product: Product, variants: list[Variant]) -> list[dict[str, Any]]:
    """Return the options; ``values`` are those that a variant has, as in Shopify, ``optionValues`` are all."""
    shown = []
    for position, option in enumerate(product.options, 1):
        used = {variant.options[position - 1] for variant in variants}
        values = [
            {
                "__typename": "ProductOptionValue",
                "id": gid("ProductOptionValue", value.number),
                "name": value.name,
                "hasVariants": value.name in used,
            }
            for value in option.values
        ]
        shown.append(
            {
                "__typename": "ProductOption",
                "id": gid("ProductOption", option.number),
                "name": option.name,
                "position": position,
                "values": [value.name for value in option.values if value.name in used],
                "optionValues": values,
            }
        )
    return shown


def picture_node(picture: Picture) -> Node:
    """Return a MediaImage."""
    image = {"id": gid("ImageSource", picture.number), "url": picture.url, "altText": picture.alt or None, "width": None, "height": None}
    return Node(
        {
            "__typename": "MediaImage",
            "id": gid("MediaImage", picture.number),
            "alt": picture.alt or None,
            "image": image,
            "preview": {"image": image, "status": "READY"},
            "mediaContentType": "IMAGE",
            "mimeType": None,
            "status": "READY",
            "fileStatus": "READY",
            "createdAt": moment_text(picture.at),
            "updatedAt": moment_text(picture.at),
        },
        record=picture,
    )


def variant_node(variant: Variant, shop: Shop) -> Node:
    """Return a ProductVariant."""
    product = shop.products[variant.product]
    title = variant_title(variant)
    compare_at = variant.compare_at_cents
    return Node(
        {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", variant.number),
            "legacyResourceId": str(variant.number),
            "title": title,
            "displayName": f"{product.title} - {title}",
            "sku": variant.sku or None,
            "barcode": variant.barcode or None,
            "price": price_text(variant.price_cents),
            "compareAtPrice": None if compare_at is None else price_text(compare_at),
            "taxable": variant.taxable,
            "taxCode": variant.tax_code,
            "inventoryPolicy": variant.inventory_policy,
            "position": variant.position,
            "requiresComponents": variant.requires_components,
            "showUnitPrice": variant.show_unit_price,
            "unitPriceMeasurement": None,
            "createdAt": moment_text(variant.created_at),
            "updatedAt": moment_text(variant.updated_at),
        },
        record=variant,
        product=lambda: product_node(product, shop),
        inventoryQuantity=lambda: shop.stock.available(variant.number),
        availableForSale=lambda: is_for_sale(variant, shop),
        inventoryItem=lambda: inventory_item_node(variant, shop),
        selectedOptions=lambda: [{"name": name, "value": value} for name, value in zip(product.option_names, variant.options, strict=True)],
    )


def is_for_sale(variant: Variant, shop: Shop) -> bool:
    """Return whether a variant can be sold: it is there, or its stock does not matter."""
    return not variant.tracked or variant.inventory_policy == "CONTINUE" or shop.stock.available(variant.number) > 0


def inventory_item_node(variant: Variant, shop: Shop) -> Node:
    """Return the InventoryItem of a variant; it has the variant's number."""
    cost = variant.cost_cents
    return Node(
        {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", variant.number),
            "legacyResourceId": str(variant.number),
            "sku": variant.sku or None,
            "tracked": variant.tracked,
            "requiresShipping": variant.requires_shipping,
            "duplicateSkuCount": max(shop.sku_counts[variant.sku] - 1, 0) if variant.sku else 0,
            "unitCost": None if cost is None else money(cost, shop.currency),
            "countryCodeOfOrigin": variant.country_of_origin or None,
            "provinceCodeOfOrigin": variant.province_of_origin or None,
            "harmonizedSystemCode": variant.harmonized_code or None,
            "measurement": {
                "__typename": "InventoryItemMeasurement",
                "id": gid("InventoryItemMeasurement", variant.number),
                "weight": {"unit": variant.weight_unit, "value": float(variant.weight)},
            },
            "createdAt": moment_text(variant.created_at),
            "updatedAt": moment_text(variant.updated_at),
        },
        record=variant,
    )


def line_variant_title(title: str) -> str | None:
    """Return the title of a line's variant; the only variant of a product has none."""
    return None if title in ("", DEFAULT_TITLE) else title
