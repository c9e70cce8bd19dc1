import string

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.model.frames import TEXT, WHOLE
from posbridge_dagster_tests.mapping.shop import Bench, bench, made, refused


@pytest.mark.parametrize(
    ("steps", "before", "after"),
    [
        ("trim", "  een rok\t", "een rok"),
        ("upper", "écru", "ÉCRU"),
        ("lower", "ÉCRU", "écru"),
        ("capitalize", "een ROK", "Een rok"),
        ("[{truncate: 5}]", "een rok", "een r"),
        ("[{truncate: 4}]", "een rok", "een"),
        ("[{truncate: {length: 50}}]", "een rok ", "een rok "),
        ('[{prefix: "POS-"}]', "12", "POS-12"),
        ('[{suffix: " (winkel)"}]', "12", "12 (winkel)"),
        ('[{replace: {"&": en, "en": "+"}}]', "rok & trui", "rok + trui"),
        ("[{default: NL}]", "BE", "BE"),
        ("digits_only", "0123", "0123"),
        ("[trim, upper, {truncate: 2}]", " abc ", "AB"),
    ],
)
def test_text_becomes_what_the_file_says_and_an_empty_value_stays_empty(steps: str, before: str, after: str) -> None:
    values = made(steps, before, None)
    assert values == [after, "NL" if "default" in steps else None]


def test_nothing_is_put_before_or_after_a_value_that_is_not_there() -> None:
    assert made('[{prefix: "POS-"}]', "", None) == [None, None]
    assert made('[{suffix: "!"}]', "", None) == [None, None]


def test_default_fills_text_of_length_zero_too() -> None:
    assert made("[{default: 0}]", "", None, "7") == ["0", "0", "7"]


def test_join_leaves_empty_parts_out() -> None:
    rows = [("a", "b", "c"), ("a", None, "c"), ("", "b", ""), (None, "", None)]
    assert made('[{join: ", "}]', *rows, kinds=(TEXT, TEXT, TEXT)) == ["a, b, c", "a, c", "b", None]


def test_join_puts_numbers_and_members_of_lists_together() -> None:
    assert made('[{join: ":"}]', ("NL", 2100), ("NL", None), kinds=(TEXT, WHOLE)) == ["NL:2100", "NL"]
    assert made('[{join: ", "}]', ["b", "a"], [], None, kinds=(pa.list_(TEXT),)) == ["b, a", None, None]


def test_first_filled_takes_the_first_column_that_says_something() -> None:
    rows = [("a", "b"), ("", "b"), (None, "b"), (None, None)]
    assert made("first_filled", *rows, kinds=(TEXT, TEXT)) == ["a", "b", "b", None]


def test_a_value_with_other_signs_than_digits_is_a_problem_unless_it_may_be_left_out() -> None:
    assert refused("digits_only", "85123A", "12 3", "١٢", "-1") == ["not_digits_only"] * 4
    assert made("[{digits_only: empty}]", "85123A", "85123") == [None, "85123"]


def test_a_reason_names_the_column_and_never_the_value() -> None:
    _, problems = bench("digits_only").run("Jansen")
    assert problems == [(0, "not_digits_only", "rows.a holds something else than digits")]


CUT = {length: Bench(f"[{{truncate: {length}}}]", {"a": TEXT}) for length in (1, 3, 10)}


@given(st.lists(st.text(alphabet=string.printable + "éß€😀"), max_size=8), st.sampled_from(sorted(CUT)))
def test_truncated_text_is_the_beginning_of_the_text_and_short_enough(texts: list[str], length: int) -> None:
    values, problems = CUT[length].run(*texts)
    assert not problems
    for before, after in zip(texts, values, strict=True):
        assert len(after) <= length
        assert before.startswith(after)
        assert len(before) > length or after == before
        assert len(before) <= length or after == before[:length].rstrip()
