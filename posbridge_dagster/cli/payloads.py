"""Payloads of the quarantine as a person may see them on a screen: amounts, lines and codes, and no person in clear.

What is not known to be harmless is masked, so a column that is added later is hidden until somebody says that it may be shown.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from posbridge_dagster.model.secrecy import mask

WIDTH = 96
_IDS = ("order_id", "line_id", "payment_id", "refund_id", "return_id", "parent_id", "product_id", "variant_id", "location_id")
_KEYS = ("customer_id", "customer_key", "external_id", "day", "financial_date", "currency", "presentment_currency")
_CODES = ("kind", "sku", "code", "barcode", "vendor", "gateway", "status", "method", "document", "delivery_method", "payment_terms")
_WORDS = ("title", "variant_title", "text", "source_name", "source_identifier", "app_name", "location_name", "outcome", "reason", "fault")
_STATES = ("financial_status", "fulfillment_status", "return_status")
_HARMLESS = frozenset((*_IDS, *_KEYS, *_CODES, *_WORDS, *_STATES))
_LEFT_OUT = ("fingerprint", "source_fingerprint", "payload_fingerprint")


def shown(payload: Mapping[str, Any]) -> str:
    """Return a payload as YAML; empty members and fingerprints are left out, texts that may name a person masked."""
    return yaml.safe_dump(masked(payload), allow_unicode=True, sort_keys=False, default_flow_style=None, width=WIDTH).rstrip()


def masked(value: Any, name: str = "", *, of_document: bool = False) -> Any:
    """Return a payload with its texts masked unless their name says that they are harmless.

    ``name`` is what the value is called; the name of a document (a row with an ``order_id``) is shown, that of a customer not.
    """
    if isinstance(value, Mapping):
        members = {key: masked(member, key, of_document="order_id" in value) for key, member in value.items() if key not in _LEFT_OUT}
        return {key: member for key, member in members.items() if member not in (None, "", [], {})}
    if isinstance(value, list):
        return [masked(member, name, of_document=of_document) for member in value]
    if not isinstance(value, str) or name in _HARMLESS or name.endswith("_at") or (name == "name" and of_document):
        return value
    return mask(value)
