"""Everything Dagster knows of posbridge: assets, checks, jobs, sensors, schedules and resources."""

import dagster as dg

from posbridge_dagster.flows import balancing
from posbridge_dagster.flows.categories_to_shopify import assets as categories
from posbridge_dagster.flows.categories_to_shopify import automation as categories_automation
from posbridge_dagster.flows.customers_to_shopify import assets as customers
from posbridge_dagster.flows.customers_to_shopify import automation as customers_automation
from posbridge_dagster.flows.orders_to_mplus import assets, automation, balance, return_assets
from posbridge_dagster.flows.orders_to_shopify import assets as documents
from posbridge_dagster.flows.orders_to_shopify import automation as documents_automation
from posbridge_dagster.flows.orders_to_shopify import balance as documents_balance
from posbridge_dagster.flows.products_to_mplus import assets as made_products
from posbridge_dagster.flows.products_to_mplus import automation as made_products_automation
from posbridge_dagster.flows.products_to_shopify import assets as products
from posbridge_dagster.flows.products_to_shopify import automation as products_automation
from posbridge_dagster.flows.stock_to_shopify import assets as stock
from posbridge_dagster.flows.stock_to_shopify import automation as stock_automation
from posbridge_dagster.resources import RESOURCES

defs = dg.Definitions(
    assets=[
        *assets.ASSETS,
        *return_assets.ASSETS,
        *balance.ASSETS,
        *documents.ASSETS,
        *documents_balance.ASSETS,
        *customers.ASSETS,
        *stock.ASSETS,
        *products.ASSETS,
        *made_products.ASSETS,
        *categories.ASSETS,
    ],
    jobs=[
        automation.job,
        balancing.job,
        documents_automation.job,
        customers_automation.job,
        stock_automation.job,
        products_automation.job,
        made_products_automation.job,
        categories_automation.job,
    ],
    sensors=[
        automation.changes_sensor,
        documents_automation.changes_sensor,
        customers_automation.TICKING.sensor,
        stock_automation.TICKING.sensor,
        products_automation.TICKING.sensor,
        categories_automation.TICKING.sensor,
        categories_automation.after_products,
    ],
    schedules=[
        automation.nightly_schedule,
        balancing.nightly_schedule,
        documents_automation.nightly_schedule,
        *customers_automation.TICKING.schedules,
        *stock_automation.TICKING.schedules,
        *products_automation.TICKING.schedules,
        made_products_automation.frequent_schedule,
        made_products_automation.nightly_schedule,
        *categories_automation.TICKING.schedules,
    ],
    resources=RESOURCES,
    executor=dg.in_process_executor,
)
