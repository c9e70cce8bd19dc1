"""How the writing of records ends: their result with what a person wants to see of it, its checks, and the failure there may be."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from posbridge_dagster.flows.checking import failed_sentence
from posbridge_dagster.flows.failures import plain_failure
from posbridge_dagster.flows.showing import result_metadata

Ended = dg.Output[pd.DataFrame] | dg.AssetCheckResult


def ending(
    frame: str, result: pd.DataFrame, records: str, checks: Iterable[dg.AssetCheckResult], shown: Mapping[str, Any]
) -> Iterator[Ended]:
    """Return the output ``<frame>_result`` and then its checks; ``shown`` goes into the metadata beside counts and reasons.

    Raises:
        dg.Failure: after all that, when records could not be sent; ``records`` names them in the plural.
    """
    yield dg.Output(result, output_name=f"{frame}_result", metadata=result_metadata(result) | dict(shown))
    yield from checks
    if sentence := failed_sentence(result, records):
        raise plain_failure(sentence)
