"""Products, variants and inventory items."""

from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.planting import DEFAULT_TITLE, variant_title
from posbridge_dagster.sandbox.shopify.records import Product, Variant
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_text, price_text
from posbridge_dagster.sandbox.shopify.shop import Shop


def product_node(product: Product, shop: Shop) -> Node:
    """Return a Product; its variants are a connection of their own."""
    variants = [shop.variants[number] for number in product.variants]
    return Node(
        {
            "__typename": "Product",
            "id": gid("Product", product.number),
            "legacyResourceId": str(product.number),
            "handle": product.handle,
            "title": product.title,
            "status": product.status,
            "vendor": product.vendor,
            "productType": "",
            "tags": product.tags,
            "descriptionHtml": "",
            "createdAt": moment_text(product.created_at),
            "updatedAt": moment_text(product.updated_at),
            "publishedAt": moment_text(product.created_at) if product.status == "ACTIVE" else None,
            "totalInventory": sum(variant.quantity for variant in variants),
            "tracksInventory": any(variant.tracked for variant in variants),
            "isGiftCard": False,
            "variantsCount": {"count": len(variants), "precision": "EXACT"},
        },
        record=product,
        options=lambda: [
            {
                "__typename": "ProductOption",
                "id": gid("ProductOption", product.number * 10 + position),
                "name": name,
                "position": position,
                "values": list(dict.fromkeys(variant.options[position - 1] for variant in variants)),
            }
            for position, name in enumerate(product.option_names, 1)
        ],
    )


def variant_node(variant: Variant, shop: Shop) -> Node:
    """Return a ProductVariant."""
    product = shop.products[variant.product]
    title = variant_title(variant)
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
            "compareAtPrice": None,
            "taxable": True,
            "inventoryPolicy": "CONTINUE",
            "inventoryQuantity": variant.quantity,
            "position": variant.position,
            "createdAt": moment_text(product.created_at),
            "updatedAt": moment_text(product.updated_at),
        },
        record=variant,
        product=lambda: product_node(product, shop),
        inventoryItem=lambda: _inventory_item(variant, product, shop),
        selectedOptions=lambda: [{"name": name, "value": value} for name, value in zip(product.option_names, variant.options, strict=True)],
    )


def _inventory_item(variant: Variant, product: Product, shop: Shop) -> Node:
    return Node(
        {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", variant.number),
            "legacyResourceId": str(variant.number),
            "sku": variant.sku or None,
            "tracked": variant.tracked,
            "requiresShipping": True,
            "duplicateSkuCount": shop.sku_counts[variant.sku] - 1,
            "createdAt": moment_text(product.created_at),
            "updatedAt": moment_text(product.updated_at),
        },
        record=variant,
    )


def line_variant_title(title: str) -> str | None:
    """Return the title of a line's variant; the only variant of a product has none."""
    return None if title in ("", DEFAULT_TITLE) else title
