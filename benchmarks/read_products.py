"""Reads one getProducts answer of 1,500 articles with posbridge and with zeep and compares the time and every value.

Run: ``python benchmarks/read_products.py``; the exit status is 1 below the budget or when a value differs.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parents[1]))  # the answers and the reading with zeep stand beside the tests, which nobody installs

from posbridge_dagster.clients.mplus.description import describe
from posbridge_dagster.clients.mplus.opening import open_envelope
from posbridge_dagster.clients.mplus.reading import AnswerReader, Record
from posbridge_dagster_tests.clients.mplus.product_answers import products_answer
from posbridge_dagster_tests.clients.mplus.zeep_reading import ZeepReader, differences

ARTICLES = 1500
ROUNDS = 5
BUDGET = 4.0


def our_reader() -> Callable[[bytes], Record]:
    """Return what the client does with the bytes of an answer."""
    operation = describe().operations["getProducts"]
    reader = AnswerReader(describe(), ZoneInfo("Europe/Amsterdam"))
    return lambda answer: reader.read(operation, open_envelope(answer).expect(operation.answer_element))


def median_seconds(read: Callable[[bytes], Any], answer: bytes) -> float:
    """Return the median time of several readings, after one that fills the caches."""
    read(answer)
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        read(answer)
        rounds.append(time.perf_counter() - started)
    return median(rounds)


def main() -> int:
    """Measure, compare, print; return the exit status."""
    answer = products_answer(ARTICLES)
    ours, zeep = our_reader(), ZeepReader()
    different = list(differences(ours(answer)["productList"], zeep.read("getProducts", answer)))
    our_s, zeep_s = median_seconds(ours, answer), median_seconds(lambda body: zeep.read("getProducts", body), answer)
    ratio = zeep_s / our_s
    for difference in different[:10]:
        print(f"different: {difference}")
    print(f"getProducts, {ARTICLES} articles, {len(answer) / 1e6:.2f} MB, median of {ROUNDS}: posbridge {our_s:.3f} s, zeep {zeep_s:.3f} s")
    is_right = ratio >= BUDGET and not different
    print(f"{'PASS' if is_right else 'FAIL'} read_products: {ratio:.1f} x faster (budget {BUDGET:g} x), {len(different)} values differ")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
