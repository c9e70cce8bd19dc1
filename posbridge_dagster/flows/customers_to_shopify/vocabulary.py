"""The words that `mappings/customers_to_shopify.yaml` may use: source columns, target fields, settings.

Marketing consent is no target: MplusKASSA does not know it, and it is never guessed.
"""

from posbridge_dagster.flows.customers_to_shopify import FLOW
from posbridge_dagster.flows.customers_to_shopify.options import CustomersToShopifyOptions
from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster.snapshots.mplus_relations import RELATIONS


def _text(says: str) -> TargetField:
    return TargetField(kind="text", says=says)


def _address(prefix: str, which: str) -> dict[str, TargetField]:
    return {
        f"{prefix}company": _text(f"company on the {which} address; filled makes the relation a company"),
        f"{prefix}address1": _text(f"street, house number and addition of the {which} address in one line"),
        f"{prefix}zip": _text(f"postal code of the {which} address"),
        f"{prefix}city": _text(f"city of the {which} address"),
        f"{prefix}country": _text(f"country of the {which} address, ISO 3166 alpha-2"),
    }


_CUSTOMER_FIELDS = {
    "email": _text("e-mail address; unique in the shop, and what a customer is found by"),
    "phone": _text("telephone number, E.164; unique in the shop, so only the first relation that has it gets it"),
    "first_name": _text("given name"),
    "last_name": _text("family name"),
    **_address("", "default"),
    "delivery_first_name": _text("given name on the delivery address"),
    "delivery_last_name": _text("family name on the delivery address"),
    **_address("delivery_", "delivery"),
    "locale": _text("language of the customer: nl, en, de, fr"),
    "note": _text("note"),
    "tags": _text("comma between tags; they are added, tags of others stay"),
    "vat_number": _text("VAT number: on the company's location, and as metafield posbridge.vat_number"),
    "tax_exempt": TargetField(kind="yes_no", says="pays no VAT"),
}

VOCABULARY = Vocabulary(
    flow=FLOW,
    sources={"relations": SourceFrame(RELATIONS)},
    targets={"customers": TargetFrame(base="relations", key=("relation_number",), fields=_CUSTOMER_FIELDS)},
    settings=CustomersToShopifyOptions,
)
