"""Complete Shopify order nodes, as the client hands them over, for tests of what is made of them."""

from typing import Any


def money(amount: str, currency: str = "EUR") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


def line(number: int, title: str, quantity: int, unit: str, total: str, **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {
        "id": f"gid://shopify/LineItem/{number}",
        "title": title,
        "name": title,
        "sku": f"{number}",
        "quantity": quantity,
        "currentQuantity": quantity,
        "isGiftCard": False,
        "variant": {"id": f"gid://shopify/ProductVariant/{number}", "sku": f"{number}", "barcode": None},
        "product": {"id": f"gid://shopify/Product/{number}"},
        "originalUnitPriceSet": money(unit),
        "originalTotalSet": money(total),
        "discountAllocations": [],
        "taxLines": [{"title": "BTW", "rate": 0.21, "priceSet": money("1.0")}],
    }
    return node | more


def payment(number: int, gateway: str, amount: str, kind: str = "SALE", **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": gateway,
        "test": False,
        "amountSet": money(amount),
        "processedAt": "2026-10-20T10:00:00Z",
    }
    return node | more


def order(number: int = 5001, total: str = "20.0", **more: Any) -> dict[str, Any]:
    node: dict[str, Any] = {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "createdAt": "2026-10-20T10:00:00Z",
        "updatedAt": "2026-10-20T10:00:05Z",
        "processedAt": "2026-10-20T10:00:00Z",
        "cancelledAt": None,
        "test": False,
        "edited": False,
        "sourceName": "pos",
        "currencyCode": "EUR",
        "presentmentCurrencyCode": "EUR",
        "taxesIncluded": True,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "retailLocation": {"id": "gid://shopify/Location/1", "name": "Winkel"},
        "customer": None,
        "email": None,
        "tags": [],
        "totalPriceSet": money(total),
        "subtotalPriceSet": money(total),
        "totalTaxSet": money("1.0"),
        "lineItems": [line(1, "Beker", 2, "10.0", "20.0")],
        "shippingLines": [],
        "nonFulfillableLineItems": [],
        "transactions": [payment(1, "cash", total)],
        "refunds": [],
    }
    return node | more
