"""The articles and relations of MplusKASSA that a day of orders may mean."""

import pandas as pd

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.clients.mplus.versions import OLDEST_SUPPORTED
from posbridge_dagster.flows.orders_to_mplus.lines import service_articles
from posbridge_dagster.flows.orders_to_mplus.options import OrdersToMplusOptions
from posbridge_dagster.flows.orders_to_mplus.returns import returns
from posbridge_dagster.flows.orders_to_mplus.shapes import ARTICLES, RELATIONS
from posbridge_dagster.ledger import Directory, Ledger
from posbridge_dagster.loading.mplus_customers import LINK
from posbridge_dagster.mapping import Mapping
from posbridge_dagster.model.identity import external_relation_id
from posbridge_dagster.snapshots.mplus_directory import refresh_articles, refresh_relations

LONGEST_NUMBER = 18  # digits; more can be no article number, and no database holds them as one

Flow = Mapping[OrdersToMplusOptions]
Frames = dict[str, pd.DataFrame]


def needed_articles(client: MplusClient, directory: Directory, frames: Frames, mapping: Flow) -> pd.DataFrame:
    """Return ARTICLES: those with a number, an extArticleId or a barcode that the mapped lines of the day's sales and returns name."""
    client.require(OLDEST_SUPPORTED)
    refresh_articles(client, directory)
    lines = pd.concat([mapping.apply("order_lines", documents).frame for documents in (frames, returns(frames))])
    codes = set(lines["code"].dropna())
    numbers = {int(code) for code in codes if code.isascii() and code.isdigit() and len(code) <= LONGEST_NUMBER} | {
        int(number) for number in service_articles(lines).dropna()
    }
    if mapping.settings.fallback_article:
        numbers.add(mapping.settings.fallback_article)
    rows = directory.articles(numbers=numbers, external_ids=codes, barcodes=set(lines["barcode"].dropna()))
    return ARTICLES.frame({name: row[name] for name in ARTICLES.columns} for row in rows)


def needed_relations(
    client: MplusClient,
    directory: Directory,
    ledger: Ledger,
    frames: Frames,
    shop: str,
    mapping: Flow,
) -> pd.DataFrame:
    """Return RELATIONS: those that the day's customers are linked to or share an id or e-mail address with.

    Raises Misconfigured when a default debtor of the mapping does not exist: every walk-in sale would fail.
    """
    refresh_relations(client, directory)
    _require_debtors(directory, mapping.settings)
    customers = frames["customers"]
    keys = list(customers["customer_key"])
    rows = directory.relations(
        emails=set(customers["email"].dropna()),
        numbers={int(number) for number in ledger.links(LINK, keys).values()},
        external_ids=[external_relation_id(shop, key) for key in keys],
    )
    return RELATIONS.frame({name: row[name] for name in RELATIONS.columns} for row in rows)


def _require_debtors(directory: Directory, options: OrdersToMplusOptions) -> None:
    wanted = {options.default_debtor, *options.default_debtor_by_location.values()}
    missing = wanted - {int(str(row["relation_number"])) for row in directory.relations(numbers=wanted)}
    if missing:
        raise Misconfigured(
            f"the default debtor {', '.join(str(number) for number in sorted(missing))} is no relation of this administration.",
            system="MplusKASSA",
            code="default_debtor",
            advice="Set default_debtor in mappings/orders_to_mplus.yaml to the number of the relation for sales without a customer.",
        )
