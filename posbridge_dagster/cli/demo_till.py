"""The pretend till sells too: two documents a day that did not come from the shop, booked through the administration's own API."""

from collections.abc import Sequence
from datetime import date

from posbridge_dagster.clients.mplus.articles import products_since
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.orders import create_order
from posbridge_dagster.clients.mplus.reading import Record
from posbridge_dagster.clients.mplus.relations import relations_since
from posbridge_dagster.model.identity import idempotency_key
from posbridge_dagster.resources import mplus_client
from posbridge_dagster.settings import read_settings

BRANCH = WORKPLACE = 1
STAFF = 999999


def sell_at_the_till(days: Sequence[str]) -> int:
    """Book an order that is paid and handed over, and one that is not paid yet, on each day; return how many documents that is."""
    settings = read_settings()
    client = mplus_client(settings)
    try:
        goods, relation = _goods(client), _customer(client)
        for day in days:
            taken, open_ = [(goods[0], 2), (goods[1], 1)], [(goods[2], 1)]
            _book(client, day, relation, taken, paid=True)
            _book(client, day, relation, open_, paid=False)
    finally:
        client.close()
    return 2 * len(days)


def _goods(client: MplusClient) -> list[Record]:
    """Return some plain articles with a price, by number."""
    articles = [article for rows, _ in products_since(client) for product in rows for article in product["articleList"]]
    sold = [article for article in articles if article.get("priceIncl") and article.get("active", True) and article.get("stockArticle")]
    return sorted(sold, key=lambda article: int(article["articleNumber"]))[:3]


def _customer(client: MplusClient) -> int:
    """Return the first relation with an e-mail address."""
    relations = [row for rows, _ in relations_since(client) for row in rows if row.get("email")]
    return min(int(row["relationNumber"]) for row in relations)


def _book(client: MplusClient, day: str, relation: int, sold: Sequence[tuple[Record, int]], *, paid: bool) -> None:
    name = f"till:{day}:{'paid' if paid else 'open'}"
    order = {
        "extOrderId": name,
        "entryBranchNumber": BRANCH,
        "employeeNumber": STAFF,
        "relationNumber": relation,
        "financialDate": date.fromisoformat(day),
        "financialBranchNumber": BRANCH,
        "workplaceNumber": WORKPLACE,
        "vatMethod": "VAT-METHOD-INCLUSIVE",
        "lineList": [
            {"articleNumber": article["articleNumber"], "data": {"quantity": pieces, "price": article["priceIncl"]}}
            for article, pieces in sold
        ],
    }
    total = sum(int(article["priceIncl"]) * pieces for article, pieces in sold)
    payments = [{"method": "PIN", "amount": total}] if paid else None
    create_order(client, order, payments=payments, prepay=False if paid else None, key=idempotency_key(name, "demo"))
