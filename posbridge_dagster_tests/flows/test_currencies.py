"""A price in one currency is never taken for one in another."""

import pytest

from posbridge_dagster.clients.failures import Misconfigured
from posbridge_dagster.flows.currencies import require_currency


def test_a_shop_that_sells_in_another_currency_is_refused_with_both_named() -> None:
    require_currency("EUR", "EUR")
    with pytest.raises(Misconfigured, match=r"sells in USD and the administration keeps EUR.*never converted"):
        require_currency("USD", "EUR")
