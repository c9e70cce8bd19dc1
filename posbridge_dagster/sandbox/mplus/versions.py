"""Which service version brought which call and member; installations are not updated together, so older ones must be playable.

The vendor's own client shows the month of first appearance; the month gives the version: 59.x ran from November 2024 to
April 2025, after that one to two months passed per major number, and 67.1.3 is of July 2026. What is not named here is as old
as the oldest version the sandbox plays.
"""

Version = tuple[int, int, int]

OLDEST: Version = (36, 0, 0)

_CALLS: dict[str, Version] = {
    "cancelOrderV2": (59, 0, 0),
    "createOrderV3": (59, 0, 0),
    "findRelationV2": (59, 0, 0),
    "getCurrentSyncMarkersV2": (59, 0, 0),
    "getStockHistoryV2": (59, 0, 0),
    "payOrderV2": (59, 0, 0),
    "getOrdersByExtOrderIds": (61, 0, 0),
    "processInvoice": (63, 0, 0),
    "creditInvoiceV2": (65, 0, 0),
}

_MEMBERS: dict[tuple[str, str], Version] = {
    ("GetProductsRequest", "productNumbers"): (59, 0, 0),
    ("UpdateStockRequest", "employeeNumber"): (59, 0, 0),
    ("UpdateStockRequest", "reference"): (59, 0, 0),
    ("SetStockRequest", "employeeNumber"): (59, 0, 0),
    ("SetStockRequest", "reference"): (59, 0, 0),
    ("GetOrdersRequest", "orderIds"): (59, 0, 0),
    ("GetOrdersRequest", "includeLineList"): (61, 0, 0),
    ("GetInvoicesRequest", "includeLineList"): (61, 0, 0),
    ("CreateOrderV3Request", "prepay"): (62, 0, 0),
    ("CreateOrderV3Request", "paymentList"): (62, 0, 0),
    ("CreateOrderV3Response", "payResult"): (62, 0, 0),
    ("CreateOrderV3Response", "invoiceId"): (62, 0, 0),
    ("ArticleStock", "ownAmountFree"): (62, 0, 0),
    ("ArticleStock", "ownAmountReserved"): (62, 0, 0),
    ("ArticleStock", "ownAmountIncoming"): (62, 0, 0),
    ("GetStockRequest", "dayStockOnlyFilter"): (64, 0, 0),
    ("GetStockRequest", "branchNumbers"): (64, 0, 0),
    ("Payment", "externalReference"): (65, 0, 0),
    ("Line", "salesOrderLineId"): (66, 0, 0),
}


def call_since(name: str) -> Version:
    """Return the service version that brought a call."""
    return _CALLS.get(name, OLDEST)


def member_since(structure: str, member: str) -> Version:
    """Return the service version that brought a member of a type."""
    return _MEMBERS.get((structure, member), OLDEST)


def version_of(text: str) -> Version:
    """Return a version written as ``67.1.3``; raises ValueError for anything else."""
    numbers = [int(number) for number in text.split(".")]
    if len(numbers) != 3:
        raise ValueError(f"{text!r} is no service version; write it as 67.1.3")
    return numbers[0], numbers[1], numbers[2]
