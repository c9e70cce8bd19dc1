"""Shopify's Admin GraphQL API: one paced call, whole lists, bulk reads, and failures named by what the caller does next."""
