"""What a shop is and what the token may do there, asked once before any record is touched."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.documents import document
from posbridge_dagster.clients.shopify.paging import Node, pages

_PERSONAL = ("firstName", "lastName", "defaultEmailAddress", "defaultPhoneNumber")
_PROBED = 10
VISIBLE_HISTORY = timedelta(days=60)
ALL_HISTORY_SCOPE = "read_all_orders"


@dataclass(frozen=True)
class Bootstrap:
    """The shop (with its plan), the access scopes of the token, all locations and the publications of apps, as Shopify gives them."""

    shop: Node
    scopes: frozenset[str]
    locations: list[Node]
    publications: list[Node]


def bootstrap(client: ShopifyClient) -> Bootstrap:
    """Return what has to be known about the shop at the start. Raises Misconfigured when the token may not read it."""
    data = client.execute(document("shop"))
    return Bootstrap(
        shop=data["shop"],
        scopes=_scopes(data),
        locations=[location for page in pages(client, document("locations")) for location in page],
        publications=[publication for page in pages(client, document("publications")) for publication in page],
    )


def granted_scopes(client: ShopifyClient) -> frozenset[str]:
    """Return the access scopes the token really has; they can be fewer than the app asked for."""
    return _scopes(client.execute(document("shop")))


def missing_scopes(granted: frozenset[str], needed: Collection[str]) -> list[str]:
    """Return the access scopes that a token lacks, in order. A write scope includes the read scope of the same name."""
    return sorted(scope for scope in needed if not _holds(granted, scope))


def require_scopes(client: ShopifyClient, needed: Collection[str]) -> None:
    """Raise Misconfigured naming the access scopes that are needed and missing."""
    missing = missing_scopes(granted_scopes(client), needed)
    if missing:
        raise Misconfigured(
            f"the token lacks the access scope {', '.join(missing)}",
            system="Shopify",
            code="missing_scope",
            advice="Add it to the app's configuration, release it and install the app again in the shop.",
        )


def hides_customers(client: ShopifyClient) -> bool:
    """Return whether the newest customers come back without any name, e-mail address or phone; False where there is no customer.

    To a token that is not approved for protected customer data, or on some plans, Shopify gives such fields as null and says
    nothing. Raises Misconfigured where it refuses customers as a whole.
    """
    nodes = client.execute(document("customers_probe"), {"first": _PROBED, "after": None})["customers"]["nodes"]
    return bool(nodes) and not any(node[name] for node in nodes for name in _PERSONAL)


def require_history(client: ShopifyClient, oldest: datetime, *, now: datetime | None = None) -> None:
    """Raise Misconfigured when orders older than 60 days are wanted and the token would not see them.

    Without ``read_all_orders`` Shopify leaves such orders out of every answer and says nothing.
    """
    if oldest >= (now or datetime.now(UTC)) - VISIBLE_HISTORY or ALL_HISTORY_SCOPE in granted_scopes(client):
        return
    raise Misconfigured(
        f"orders since {oldest:%Y-%m-%d} are wanted and this token sees only the last {VISIBLE_HISTORY.days} days",
        system="Shopify",
        code="history",
        advice=f"Ask Shopify for the scope {ALL_HISTORY_SCOPE}, or start with a later day.",
    )


def _scopes(data: Node) -> frozenset[str]:
    return frozenset(scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"])


def _holds(granted: Collection[str], scope: str) -> bool:
    return scope in granted or scope.replace("read_", "write_", 1) in granted
