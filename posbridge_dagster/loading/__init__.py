"""Writes mapped records to a system, each exactly once, and says of each how it ended."""
