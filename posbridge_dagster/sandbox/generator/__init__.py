"""A seeded Dutch shop: the same seed gives the same goods, people and sales, byte for byte."""

from posbridge_dagster.sandbox.generator.nasty import NASTY_CASES
from posbridge_dagster.sandbox.generator.shop import generate_shop

__all__ = ["NASTY_CASES", "generate_shop"]
