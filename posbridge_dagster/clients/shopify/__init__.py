"""Shopify's Admin GraphQL API: one paced call, whole lists, bulk reads, careful writes, and failures named by what the caller does next."""
