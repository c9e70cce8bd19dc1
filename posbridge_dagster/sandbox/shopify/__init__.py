"""A pretend Shopify shop: the Admin GraphQL API 2026-10 over a true subset of its schema."""

from posbridge_dagster.sandbox.shopify.system import ShopifySandbox

__all__ = ["ShopifySandbox"]
