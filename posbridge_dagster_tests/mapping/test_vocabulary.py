from dataclasses import replace
from typing import Any

import pytest

from posbridge_dagster.mapping import SourceFrame, TargetField, TargetFrame, Vocabulary
from posbridge_dagster_tests.mapping.shop import LINES, ORDERS, VOCABULARY, NoOptions, shape


def vocabulary(**parts: Any) -> Vocabulary[NoOptions]:
    sources = {"orders": SourceFrame(ORDERS), "order_lines": SourceFrame(LINES, {"orders": "order_id"})}
    return Vocabulary(**{"flow": "sales", "sources": sources, "targets": {}, "settings": NoOptions, **parts})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"sources": {"order_lines": SourceFrame(LINES, {"orders": "order_id"})}}, "parent orders is no source frame"),
        ({"sources": {"orders": SourceFrame(ORDERS), "order_lines": SourceFrame(LINES, {"orders": "order"})}}, "no column order to hold"),
        (
            {"sources": {"order_lines": SourceFrame(LINES), "taxes": SourceFrame(LINES, {"order_lines": "line_id"})}},
            "order_lines has no single key column",
        ),
        ({"targets": {"lines": TargetFrame("line", ("line_id",), {})}}, "base line is no source frame"),
        ({"targets": {"lines": TargetFrame("order_lines", ("line",), {})}}, "a key column is missing in order_lines"),
        ({"targets": {"lines": TargetFrame("order_lines", ("sku",), {"sku": TargetField("text")})}}, "a field is named as a key column"),
        ({"records": ("refunds",)}, "record frame refunds is no source frame"),
    ],
)
def test_a_vocabulary_whose_parts_do_not_fit_is_refused(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=f"vocabulary of sales: .*{words}"):
        vocabulary(**parts)


def test_records_are_the_frames_without_parents_unless_named() -> None:
    assert vocabulary().record_frames == ("orders",)
    assert VOCABULARY.record_frames == ("orders", "refunds")


def test_a_tree_in_one_frame_holds_records() -> None:
    kind = ORDERS.columns["order_id"].kind
    groups = SourceFrame(shape("groups", ("group_id",), group_id=kind, parent_id=kind), {"groups": "parent_id"})
    assert vocabulary(sources={"groups": groups}).record_frames == ("groups",)


def test_the_shape_of_a_target_is_its_key_and_its_typed_fields() -> None:
    made = VOCABULARY.shape("sale_lines")
    assert made.key == ("order_id", "line_id")
    assert list(made.columns) == ["order_id", "line_id", *VOCABULARY.targets["sale_lines"].fields]
    assert list(VOCABULARY.problem_shape("sales").columns) == ["order_id", "field", "code", "reason"]


def test_frames_that_belong_to_each_other_in_a_circle_are_followed_once() -> None:
    person, firm = (shape(name, ("id",), id=ORDERS.columns["order_id"].kind, other=ORDERS.columns["order_id"].kind) for name in ("a", "b"))
    circle = vocabulary(sources={"a": SourceFrame(person, {"b": "other"}), "b": SourceFrame(firm, {"a": "other"})})
    assert circle.path("a", "b") == ("a", "b")
    assert replace(circle, records=("a",)).path("a", "a") == ("a",)
