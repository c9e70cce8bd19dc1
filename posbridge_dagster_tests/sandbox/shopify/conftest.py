from collections.abc import Iterator

import pytest

from posbridge_dagster_tests.sandbox.shopify.shopfloor import Caller, open_shop


@pytest.fixture
def shop() -> Iterator[Caller]:
    """A shop with one order that has everything in it."""
    with open_shop() as caller:
        yield caller
