"""The words that `mappings/orders_to_mplus.yaml` may use: source frames and columns, target fields, settings."""

from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.snapshots.order_shapes import CUSTOMERS, ORDER_LINES, ORDER_PAYMENTS, ORDERS


def _text(says: str, *, required: bool = False) -> TargetField:
    return TargetField(kind="text", required=required, says=says)


def _whole(says: str, *, required: bool = False) -> TargetField:
    return TargetField(kind="whole", required=required, says=says)


def _address(prefix: str) -> dict[str, TargetField]:
    return {
        f"{prefix}_name": _text("name"),
        f"{prefix}_contact": _text("contact person"),
        f"{prefix}_company_name": _text("company"),
        f"{prefix}_address": _text("street, house number and addition in one line"),
        f"{prefix}_zipcode": _text("postal code"),
        f"{prefix}_city": _text("city"),
        f"{prefix}_country": _text("country, in the form MplusKASSA uses"),
    }


_CUSTOMER_FIELDS = {
    "name": _text("name of the relation", required=True),
    "contact": _text("contact person of a company"),
    "company_name": _text("company"),
    "address": _text("street, house number and addition in one line"),
    "zipcode": _text("postal code"),
    "city": _text("city"),
    "country": _text("country, in the form MplusKASSA uses"),
    "delivery_address": _text("street, house number and addition in one line"),
    "delivery_zipcode": _text("postal code"),
    "delivery_city": _text("city"),
    "delivery_country": _text("country, in the form MplusKASSA uses"),
    "telephone": _text("telephone number"),
    "email": _text("e-mail address, the key a relation is found by", required=True),
}

_ORDER_FIELDS = {
    "reference": _text("free text on the document"),
    "branch_number": _whole("branch where it is entered and booked", required=True),
    "workplace_number": _whole("till", required=True),
    "employee_number": _whole("employee; 999999 is MplusKASSA's own", required=True),
    "financial_date": _text("bookkeeping day, YYYY-MM-DD; the day of the sale unless mapped"),
    "delivery_method": _text("delivery method code"),
    "payment_terms": _text("payment method code of the document"),
    **_address("invoice"),
    **_address("delivery"),
}

_LINE_FIELDS = {
    "code": _text("what the article is looked up by: its number or its extArticleId"),
    "barcode": _text("barcode the article is looked up by"),
    "service_article": _whole("article for an amount that is no goods (tip, shipping, ...); 0 = none; wins over the code"),
    "service_code": _whole("article for a SKU that is a service, not goods; 0 = none; wins over the code"),
    "text": _text("text of the line"),
    "vat_code": _whole("VAT code of the administration", required=True),
}

_PAYMENT_FIELDS = {
    "method": _text("payment method code", required=True),
    "reference": _text("reference on the payment"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={
        "orders": SourceFrame(ORDERS),
        "order_lines": SourceFrame(ORDER_LINES, parents={"orders": "order_id"}),
        "order_payments": SourceFrame(ORDER_PAYMENTS, parents={"orders": "order_id"}),
        "customers": SourceFrame(CUSTOMERS),
    },
    targets={
        "customers": TargetFrame(base="customers", key=("customer_key",), fields=_CUSTOMER_FIELDS),
        "orders": TargetFrame(base="orders", key=("order_id",), fields=_ORDER_FIELDS),
        "order_lines": TargetFrame(base="order_lines", key=("order_id", "line_id"), fields=_LINE_FIELDS),
        "order_payments": TargetFrame(base="order_payments", key=("order_id", "payment_id"), fields=_PAYMENT_FIELDS),
    },
    settings=OrdersToMplusOptions,
)
