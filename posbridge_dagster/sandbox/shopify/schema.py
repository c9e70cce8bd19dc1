"""The schema of the pretend shop: the SDL beside this file, with the resolvers that were written down for it."""

import re
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLNamedType, GraphQLObjectType, GraphQLSchema, build_schema

from posbridge_dagster.sandbox.shopify.idempotency import idempotency_key
from posbridge_dagster.sandbox.shopify.registry import RESOLVERS, Resolver

PACKAGE = "posbridge_dagster.sandbox.shopify"
PYTHON_NAMES = {"id": "global_id", "input": "given"}
RESOLVER_MODULES = (
    "access_grants",
    "bulk_operations",
    "cancelling",
    "changes",
    "collection_writing",
    "collections",
    "companies",
    "company_updating",
    "company_writing",
    "customer_addresses",
    "customer_upkeep",
    "customer_writing",
    "customers",
    "definition_writing",
    "fulfilling",
    "inventory",
    "locations",
    "metafield_writing",
    "metafields",
    "option_writing",
    "order_creating",
    "orders",
    "paying",
    "product_setting",
    "product_writing",
    "products",
    "publishing",
    "refunding",
    "returns",
    "stock_moving",
    "stock_setting",
    "stocking",
    "tenders",
    "variant_writing",
)


@cache
def shop_schema() -> GraphQLSchema:
    """Return the schema, ready to execute; resolvers get arguments under Python names, ``sortKey`` as ``sort_key``.

    Raises ValueError where a resolver names a field that the SDL does not have.
    """
    for module in RESOLVER_MODULES:
        import_module(f"{PACKAGE}.resolvers.{module}")
    schema = build_schema((files(PACKAGE) / "schema.graphql").read_text(encoding="utf-8"))
    for (type_name, field_name), resolver in RESOLVERS.items():
        owner = schema.get_type(type_name)
        if not isinstance(owner, GraphQLObjectType) or field_name not in owner.fields:
            raise ValueError(f"a resolver is written for {type_name}.{field_name}, which schema.graphql does not have")
        owner.fields[field_name].resolve = _as_graphql(resolver)
        for name, argument in owner.fields[field_name].args.items():
            argument.out_name = PYTHON_NAMES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return schema


def _as_graphql(resolver: Resolver) -> Resolver:
    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        if info.path.prev is None:
            info.context.key = idempotency_key(info.field_nodes[0], info.variable_values)
        return resolver(source, info.context, **arguments)

    return resolve


def is_one_of(kind: GraphQLNamedType | None) -> bool:
    """Return whether an input takes exactly one of its fields (``@oneOf``, which graphql-core 3.2 does not know)."""
    node = kind.ast_node if isinstance(kind, GraphQLInputObjectType) else None
    return node is not None and any(directive.name.value == "oneOf" for directive in node.directives)
