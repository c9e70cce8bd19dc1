"""Access scopes: what a caller must have been granted to see or change a kind of thing.

The scopes of a type are those that the official schema names for it; any of them is enough.
"""

from posbridge_dagster.sandbox.shopify.refusals import Refusal

DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"
STAFF_NOTE = (
    " Also: The app must be a finance embedded app or installed on a Shopify Plus or Advanced store."
    " Contact Shopify Support to enable this scope for your app."
)
FULFILLMENT_ORDERS = (
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_marketplace_fulfillment_orders",
)
TYPES = {
    "Order": ("read_orders",),
    "OrderConnection": ("read_orders",),
    "OrderTransaction": ("read_orders",),
    "Refund": ("read_orders",),
    "RefundConnection": ("read_orders",),
    "TenderTransactionConnection": ("read_orders",),
    "Fulfillment": ("read_orders",),
    "FulfillmentOrder": FULFILLMENT_ORDERS,
    "FulfillmentOrderConnection": FULFILLMENT_ORDERS,
    "Customer": ("read_customers",),
    "CustomerConnection": ("read_customers",),
    "Product": ("read_products",),
    "ProductConnection": ("read_products",),
    "ProductVariant": ("read_products",),
    "ProductVariantConnection": ("read_products",),
    "Collection": ("read_products",),
    "CollectionConnection": ("read_products",),
    "InventoryItem": ("read_inventory", "read_products"),
    "InventoryItemConnection": ("read_inventory", "read_products"),
    "InventoryLevel": ("read_inventory",),
    "InventoryLevelConnection": ("read_inventory",),
    "InventoryAdjustmentGroup": ("read_inventory",),
    "Location": ("read_locations", "read_inventory"),
    "LocationConnection": ("read_locations", "read_inventory"),
    "Publication": ("read_publications",),
    "PublicationConnection": ("read_publications",),
    "ResourcePublicationV2Connection": ("read_publications", "read_products"),
    "Return": ("read_returns",),
    "ReturnConnection": ("read_returns",),
    "StaffMember": ("read_users",),
    "PointOfSaleDevice": ("read_orders", "read_point_of_sale_devices"),
}
PRODUCT_MUTATIONS = (
    "productChangeStatus",
    "productCreate",
    "productDelete",
    "productOptionUpdate",
    "productOptionsCreate",
    "productOptionsDelete",
    "productOptionsReorder",
    "productSet",
    "productUpdate",
    "productVariantsBulkCreate",
    "productVariantsBulkDelete",
    "productVariantsBulkReorder",
    "productVariantsBulkUpdate",
)
FIELDS = {
    ("QueryRoot", "ordersCount"): ("read_orders",),
    ("QueryRoot", "collectionsCount"): ("read_products",),
    ("QueryRoot", "customersCount"): ("read_customers",),
    ("QueryRoot", "productsCount"): ("read_products",),
    ("Mutation", "collectionAddProducts"): ("write_products",),
    ("Mutation", "collectionAddProductsV2"): ("write_products",),
    ("Mutation", "collectionCreate"): ("write_products",),
    ("Mutation", "collectionDelete"): ("write_products",),
    ("Mutation", "collectionRemoveProducts"): ("write_products",),
    ("Mutation", "collectionReorderProducts"): ("write_products",),
    ("Mutation", "collectionUpdate"): ("write_products",),
    ("Mutation", "customerAddTaxExemptions"): ("write_customers",),
    ("Mutation", "customerAddressCreate"): ("write_customers",),
    ("Mutation", "customerAddressDelete"): ("write_customers",),
    ("Mutation", "customerAddressUpdate"): ("write_customers",),
    ("Mutation", "customerDelete"): ("write_customers",),
    ("Mutation", "customerEmailMarketingConsentUpdate"): ("write_customers",),
    ("Mutation", "customerRemoveTaxExemptions"): ("write_customers",),
    ("Mutation", "customerReplaceTaxExemptions"): ("write_customers",),
    ("Mutation", "customerSmsMarketingConsentUpdate"): ("write_customers",),
    ("Mutation", "customerUpdateDefaultAddress"): ("write_customers",),
    ("Mutation", "customerCreate"): ("write_customers",),
    ("Mutation", "customerSet"): ("write_customers",),
    ("Mutation", "customerUpdate"): ("write_customers",),
    ("Mutation", "inventoryActivate"): ("write_inventory",),
    ("Mutation", "inventoryAdjustQuantities"): ("write_inventory",),
    ("Mutation", "inventoryBulkToggleActivation"): ("write_inventory",),
    ("Mutation", "inventoryDeactivate"): ("write_inventory",),
    ("Mutation", "inventoryItemUpdate"): ("write_inventory",),
    ("Mutation", "inventoryMoveQuantities"): ("write_inventory",),
    ("Mutation", "inventorySetOnHandQuantities"): ("write_inventory",),
    ("Mutation", "inventorySetQuantities"): ("write_inventory",),
    ("Mutation", "orderCancel"): ("write_orders",),
    ("Mutation", "orderClose"): ("write_orders",),
    ("Mutation", "orderCreate"): ("write_orders",),
    ("Mutation", "orderCreateManualPayment"): ("write_orders",),
    ("Mutation", "orderMarkAsPaid"): ("write_orders",),
    ("Mutation", "orderUpdate"): ("write_orders",),
    ("Mutation", "refundCreate"): ("write_orders",),
    ("Mutation", "publishablePublish"): ("write_publications",),
    ("Mutation", "publishableUnpublish"): ("write_publications",),
    ("QueryRoot", "productOperation"): ("read_products",),
    ("QueryRoot", "productVariantsCount"): ("read_products",),
    **{("Mutation", name): ("write_products",) for name in PRODUCT_MUTATIONS},
}
WRITE_BY_OWNER = {
    "ORDER": "write_orders",
    "CUSTOMER": "write_customers",
    "PRODUCT": "write_products",
    "PRODUCTVARIANT": "write_products",
    "COLLECTION": "write_products",
}
DEFAULT_SCOPES = (
    "read_all_orders",
    "read_customers",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "read_orders",
    "read_products",
    "read_publications",
    "read_returns",
    "write_customers",
    "write_inventory",
    "write_merchant_managed_fulfillment_orders",
    "write_orders",
    "write_products",
    "write_publications",
)


def denial(parent: str, field: str, returned: str, scopes: frozenset[str]) -> Refusal | None:
    """Return the refusal of a field that needs a scope which was not granted, or None."""
    needed = FIELDS.get((parent, field)) or TYPES.get(returned)
    if needed is None or scopes & set(needed):
        return None
    return access_denied(field, needed, STAFF_NOTE if "read_users" in needed else "")


def access_denied(field: str, needed: tuple[str, ...], note: str = "") -> Refusal:
    """Return the refusal for want of any of these scopes."""
    wanted = f"{' or '.join(f'`{scope}` access scope' for scope in needed)}.{note}"
    return Refusal(
        f"Access denied for {field} field. Required access: {wanted}",
        "ACCESS_DENIED",
        documentation=DOCUMENTATION,
        requiredAccess=wanted,
    )
