"""Refunds and exchanges of a day's orders as Dagster assets: mapped like the orders, written behind them."""

from collections.abc import Iterator

import dagster as dg
import pandas as pd

from posbridge_dagster.clients.mplus.client import MplusClient
from posbridge_dagster.flows.checking import check_specs
from posbridge_dagster.flows.configuring import Writing
from posbridge_dagster.flows.ending import Ended, ending
from posbridge_dagster.flows.failures import said_plainly
from posbridge_dagster.flows.orders_to_mplus import FLOW
from posbridge_dagster.flows.orders_to_mplus.assets import DAYS, asset_in, asset_out, run_of
from posbridge_dagster.flows.orders_to_mplus.checks import RETURN_CHECKS, check_returns
from posbridge_dagster.flows.orders_to_mplus.frames import MAPPED_RETURNS
from posbridge_dagster.flows.orders_to_mplus.mapped import map_returns
from posbridge_dagster.flows.orders_to_mplus.mapping_file import read_mapping
from posbridge_dagster.flows.orders_to_mplus.metadata import mapped_metadata
from posbridge_dagster.flows.orders_to_mplus.returns import SOURCES
from posbridge_dagster.flows.orders_to_mplus.write_returns import write_returns
from posbridge_dagster.flows.showing import calls_metadata
from posbridge_dagster.ledger import Ledger
from posbridge_dagster.settings import Settings


@dg.multi_asset(
    name="map_refunds",
    partitions_def=DAYS,
    ins={name: asset_in(name, "snapshot") for name in (*SOURCES, "articles")},
    outs={name: asset_out(name, "mapped") for name in MAPPED_RETURNS},
)
def mapped_returns(
    orders: pd.DataFrame,
    order_lines: pd.DataFrame,
    order_payments: pd.DataFrame,
    refunds: pd.DataFrame,
    refund_lines: pd.DataFrame,
    refund_payments: pd.DataFrame,
    exchanges: pd.DataFrame,
    customers: pd.DataFrame,
    articles: pd.DataFrame,
    settings: dg.ResourceParam[Settings],
) -> Iterator[dg.Output[pd.DataFrame]]:
    """Say what MplusKASSA should hold of refunds and exchanges, and why some may not go there."""
    tables = (orders, order_lines, order_payments, refunds, refund_lines, refund_payments, exchanges, customers)
    with said_plainly():
        mapping = read_mapping(settings)
        target = map_returns(dict(zip(SOURCES, tables, strict=True)), articles, mapping, settings.shop_handle)
    for name, like in MAPPED_RETURNS.items():
        yield dg.Output(target[like], output_name=name, metadata=mapped_metadata(like, target[like], mapping))


@dg.multi_asset(
    name="write_refunds",
    partitions_def=DAYS,
    ins={
        "source_refunds": asset_in("refunds", "snapshot"),
        "source_lines": asset_in("refund_lines", "snapshot"),
        "refunds": asset_in("refunds", "mapped"),
        "refund_lines": asset_in("refund_lines", "mapped"),
        "refund_payments": asset_in("refund_payments", "mapped"),
        "orders": asset_in("orders", "result"),
    },
    outs={"refunds_result": asset_out("refunds", "result")},
    check_specs=check_specs(FLOW, "refunds", RETURN_CHECKS),
)
def returns_result(
    context: dg.AssetExecutionContext,
    config: Writing,
    source_refunds: pd.DataFrame,
    source_lines: pd.DataFrame,
    refunds: pd.DataFrame,
    refund_lines: pd.DataFrame,
    refund_payments: pd.DataFrame,
    orders: pd.DataFrame,
    mplus: dg.ResourceParam[MplusClient],
    ledger: dg.ResourceParam[Ledger],
    settings: dg.ResourceParam[Settings],
) -> Iterator[Ended]:
    """Write each refund and exchange once, behind its order; the run fails when one could not be sent."""
    with said_plainly():
        run = run_of(context, mplus, ledger, settings)
        sources = {"refunds": source_refunds, "refund_lines": source_lines}
        result = write_returns(run, sources, {"orders": refunds, "order_lines": refund_lines, "order_payments": refund_payments}, orders)
    yield from ending("refunds", result, "refunds", check_returns(result, refunds, dry_run=run.dry_run), calls_metadata(mplus=mplus))


ASSETS = [mapped_returns, returns_result]
