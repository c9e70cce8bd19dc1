"""From mapped frames to MplusKASSA: verdicts become rows, the others are kept in step."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.products_to_mplus import FLOW
from posbridge_dagster.flows.products_to_mplus.mapped import Flow
from posbridge_dagster.flows.products_to_mplus.vocabulary import ARTICLE_FIELDS, FAMILY_FIELDS
from posbridge_dagster.ledger import Ledger, Owner, QuarantineEntry
from posbridge_dagster.loading.brake import Brake
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.mplus_products import MplusProductWriter
from posbridge_dagster.loading.product_matching import FAMILY, MADE_FROM_PRODUCT
from posbridge_dagster.loading.result import ResultRow, result_frame
from posbridge_dagster.loading.rows import plain_rows, rows_by
from posbridge_dagster.loading.upkeep import Upkeep
from posbridge_dagster.model.outcome import Outcome

Row = MappingOf[str, Any]


@dataclass(frozen=True)
class Run:
    """What the writing of one run needs."""

    mapping: Flow
    ledger: Ledger
    owner: Owner
    mplus: MplusClient
    run_id: str
    dry_run: bool
    release_brake: bool


def write_families(run: Run, families: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """Keep MplusKASSA's families in step and return RESULT, one row per product of the shop. Raises Braked before anything is written."""
    upkeep = Upkeep(FLOW, run.ledger, run.owner, run.run_id, _brake(run), run.dry_run, run.mapping.fingerprint)
    rows = [*_verdict_rows(run, families), *upkeep.load(_items(run, families, articles), MplusProductWriter(run.mplus, run.ledger))]
    return result_frame(sorted(rows, key=lambda row: int(row.source_id)))


def _brake(run: Run) -> Brake:
    options = run.mapping.settings
    percent, least = options.price_brake_percent, options.price_brake_least
    return Brake(frozenset({"price_minor", "price_excl_minor"}), "families", percent, least, run.release_brake, "change the price of")


def came_from_the_till(ledger: Ledger, products: pd.DataFrame) -> frozenset[str]:
    """Return the products that are families of MplusKASSA: linked or marked, and not made by this flow."""
    linked = {product: families[0] for product, families in ledger.links_back(FAMILY, products["product_id"]).items()}
    marked = set(products.loc[products["custom_id"].notna(), "product_id"])
    ours = set(ledger.links(MADE_FROM_PRODUCT, linked.values()).values())
    return frozenset((linked.keys() | marked) - ours)


def _items(run: Run, families: pd.DataFrame, articles: pd.DataFrame) -> list[Kept]:
    by_product = rows_by(articles, "product_id")
    return [_item(run.mapping, row, by_product.get(row["product_id"], [])) for row in plain_rows(families[families["outcome"] == ""])]


def _item(mapping: Flow, family: Row, articles: Sequence[Row]) -> Kept:
    """Return a product as a kept record: fields of the family, and ``<article>.<field>`` for each article."""
    of_family = {name: on for name, on in mapping.policies("families").items() if name in FAMILY_FIELDS}
    of_article = {name: on for name, on in mapping.policies("articles").items() if name in ARTICLE_FIELDS}
    contents = {str(row["article_number"]): {name: row[name] for name in of_article} for row in articles}
    fields = {name: family[name] for name in of_family}
    fields |= {f"{number}.{name}": value for number, content in contents.items() for name, value in content.items()}
    policies = {**of_family, **{f"{number}.{name}": on for number in contents for name, on in of_article.items()}}
    variants = {str(row["article_number"]): {"variant": row["variant_id"], "item": row["item_id"]} for row in articles}
    payload = {"family": {name: family[name] for name in of_family}, "articles": contents, "variants": variants}
    return Kept(
        family["product_id"], family["product_id"], family["description"] or "", fields, policies, payload, {"product": dict(family)}
    )


def _verdict_rows(run: Run, families: pd.DataFrame) -> list[ResultRow]:
    """Return the rows of products that the mapping holds back; those for a person to see go into quarantine."""
    held = plain_rows(families[families["outcome"] != ""])
    entries = [
        QuarantineEntry(row["product_id"], row["code"], row["reason"], {"product_id": row["product_id"], "title": row["description"]})
        for row in held
        if row["outcome"] == Outcome.QUARANTINED.value
    ]
    if not run.dry_run:
        run.ledger.quarantine(FLOW, entries, run.run_id)
    return [
        ResultRow(row["product_id"], Outcome(row["outcome"]), row["description"] or "", code=row["code"], reason=row["reason"])
        for row in held
    ]
