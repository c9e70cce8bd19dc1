"""Names that stay the same however often a record is sent.

``extOrderId`` and ``extInvoiceId`` are ``shopify:<shop handle>:<order number>``, a refund adds ``:r<refund number>``.
Idempotency keys are derived from the record, what is done to it and the generation of the attempt, so a call that is
repeated after a crash carries the same key and a corrected one carries another.
"""

from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5


def tail(gid: str) -> str:
    """Return the digits at the end of a Shopify gid: ``gid://shopify/Order/5001`` is ``5001``."""
    return gid.rsplit("/", 1)[-1].split("?", 1)[0]


def external_id(shop: str, order_id: str, refund_id: str | None = None) -> str:
    """Return the id under which MplusKASSA knows a Shopify order or one of its refunds."""
    base = f"shopify:{shop}:{order_id}"
    return base if refund_id is None else f"{base}:r{refund_id}"


def external_relation_id(shop: str, customer_key: str) -> str:
    """Return the id under which MplusKASSA knows a customer of the shop."""
    return f"shopify:{shop}:{customer_key}"


def email_key(email: str) -> str:
    """Return a key for a person known by nothing but an e-mail address; the address cannot be read from it."""
    return f"email:{sha256(email.strip().lower().encode()).hexdigest()[:20]}"


def idempotency_key(subject: str, purpose: str, generation: int = 0) -> str:
    """Return the UUID that marks one write: same subject, purpose and generation, same key."""
    return str(uuid5(NAMESPACE_URL, f"posbridge/{subject}/{purpose}/{generation}"))
