"""Contacts that change hands are given up before they are taken."""

from hypothesis import given
from hypothesis import strategies as st

from posbridge_dagster.loading.customers_in_turn import in_turn
from posbridge_dagster.loading.fields import Kept
from posbridge_dagster.loading.works import Work


def work(name: str, wants: str, has: str = "") -> Work:
    item = Kept(name, name, name, {"email": wants})
    there = {"defaultEmailAddress": {"emailAddress": has} if has else None, "defaultPhoneNumber": None}
    return Work(item, name if has else "", there if has else None, ("email",))


def turns(*works: Work) -> list[list[str]]:
    return [[each.item.source_id for each in group] for group in in_turn(works)]


def test_who_gives_up_an_address_comes_before_who_takes_it() -> None:
    assert turns(work("c", "b@x.nl", "c@x.nl"), work("b", "a@x.nl", "B@x.nl"), work("a", "new@x.nl", "a@x.nl")) == [["a"], ["b"], ["c"]]
    assert turns(work("new", "a@x.nl"), work("a", "b@x.nl", "a@x.nl")) == [["a"], ["new"]]


def test_those_that_have_nothing_to_do_with_each_other_are_written_at_once() -> None:
    assert turns(work("a", "a2@x.nl", "a@x.nl"), work("b", "b2@x.nl", "b@x.nl")) == [["a", "b"]]


def test_two_that_swap_their_addresses_come_together() -> None:
    assert turns(work("a", "b@x.nl", "a@x.nl"), work("b", "a@x.nl", "b@x.nl"), work("c", "c2@x.nl", "c@x.nl")) == [["c"], ["a", "b"]]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=10, unique_by=lambda pair: pair[1]))
def test_everyone_is_written_once(pairs: list[tuple[int, int]]) -> None:
    works = [work(str(place), f"{wants}@x.nl", f"{has}@x.nl") for place, (wants, has) in enumerate(pairs)]
    assert sorted(name for group in turns(*works) for name in group) == sorted(each.item.source_id for each in works)
