"""What becomes of customers after they were made: the till changes, people edit, numbers and addresses change hands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from click.testing import CliRunner

from posbridge_dagster.cli.erase import erase
from posbridge_dagster.sandbox.seed import RelationSeed
from posbridge_dagster.settings import read_settings
from posbridge_dagster.storage import FrameStore
from posbridge_dagster_tests.flows.customers_to_shopify.people import Counter, counter, key
from posbridge_dagster_tests.flows.in_step import Ran, next_second

CHANGED, RENAMED, EDITED, RETIRED, WANTS, GIVER, TAKER, REMOVED, CALLER, FROM_SHOP, ERASED = range(30, 41)
BOB = "62"
PEOPLE = (
    RelationSeed(CHANGED, "Coby Kok", "coby@example.nl", address="Dorpsstraat 1", zipcode="1234AB", city="Ede"),
    RelationSeed(RENAMED, "Piet Jansen", "piet@example.nl"),
    RelationSeed(EDITED, "Jan van den Berg", "jan@example.nl"),
    RelationSeed(RETIRED, "Rie Tol", "rie@example.nl"),
    RelationSeed(WANTS, "Carla Smit", "carla@example.nl"),
    RelationSeed(GIVER, "Gé Vos", "ge@example.nl"),
    RelationSeed(TAKER, "Niemand"),
    RelationSeed(REMOVED, "Weg Wever", "weg@example.nl"),
    RelationSeed(CALLER, "Dirk Tol", "dirk@example.nl", telephone="0612345678"),
    RelationSeed(FROM_SHOP, "Bob Bakker", "bob@elders.example"),
    RelationSeed(
        ERASED, "Leny Anders", "leny@example.nl", telephone="0612300040", address="Vergeetlaan 1 bis", zipcode="1234AB", city="Ede"
    ),
)
MADE, AFTER_EDITS, AFTER_THE_TILL, QUIET, PUT_BACK = range(5)
MAKE = "mutation M($input: CustomerSetInput!) { customerSet(input: $input) { customer { id } userErrors { message } } }"
DELETE = "mutation D($input: CustomerDeleteInput!) { customerDelete(input: $input) { deletedCustomerId } }"
LOOKED_AT = ("coby@example.nl", "piet@example.nl", "jan@example.nl", "rie@example.nl")


@dataclass
class Story:
    """The flow with how each of its runs ended, what it wrote, and what the customers were then."""

    here: Counter
    emails_before: list[str]
    elders: str
    ran: list[Ran] = field(default_factory=list)
    writes: list[list[str]] = field(default_factory=list)
    customers: list[dict[str, dict[str, Any]]] = field(default_factory=list)
    emails: list[list[str]] = field(default_factory=list)

    def run(self) -> None:
        """Run the flow, and look at the shop."""
        self.here.step.sides.forget_calls()
        self.ran.append(self.here.step.run())
        self.writes.append(self.here.step.sides.writes())
        self.customers.append({email: self.here.customer(email) for email in LOOKED_AT})
        self.emails.append(self.here.emails())

    def row(self, number: int, step: int) -> tuple[str, str]:
        """Return outcome and reason code of a relation."""
        row = self.ran[step].rows[key(number)]
        return row["outcome"], row["code"]

    def reason(self, number: int, step: int) -> str:
        """Return why a relation ended as it did."""
        return str(self.ran[step].rows[key(number)]["reason"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with counter(tmp_path_factory.mktemp("later"), *PEOPLE) as here:
        own = here.step.execute(MAKE, input={"firstName": "Elders", "email": "elders@example.com"})["customerSet"]["customer"]["id"]
        here.change(FROM_SHOP, extRelationId=f"shopify:sandbox:customer:{BOB}")
        told = Story(here, here.emails(), own.rpartition("/")[2])
        told.run()
        _people_edit(here)
        told.run()
        _the_till_changes(here)
        told.run()
        told.run()
        _it_is_put_back(here)
        told.run()
        yield told


def _people_edit(here: Counter) -> None:
    next_second()
    here.edit("coby@example.nl", note="belt altijd terug", tags=["MplusKASSA", "vip"])
    here.edit("jan@example.nl", firstName="Johannes", locale="en", tags=["vip"], note="let op")
    here.edit("rie@example.nl", tags=["vip"])
    here.step.execute(DELETE, input={"id": here.customer("weg@example.nl")["id"]})


def _the_till_changes(here: Counter) -> None:
    here.change(CHANGED, address="Laan 7", city="Wageningen", zipcode="6700 AA")
    here.change(RENAMED, name="Pieter Jansen")
    here.change(RETIRED, active=False)
    here.change(WANTS, email="elders@example.com")  # a customer of the shop's own
    here.change(GIVER, email="")
    here.change(TAKER, email="ge@example.nl")
    here.change(REMOVED, city="Arnhem")


def _it_is_put_back(here: Counter) -> None:
    here.change(RETIRED, active=True)
    here.change(WANTS, email="carla@example.nl")
    done = CliRunner().invoke(erase, ["leny@example.nl", "--yes"])
    assert done.exit_code == 0, done.output


def test_every_run_ends_well(story: Story) -> None:
    assert [ran.failure for ran in story.ran] == [""] * 5
    assert all(ran.success for ran in story.ran)


def test_what_changes_at_the_till_changes_in_the_shop_and_nothing_else(story: Story) -> None:
    assert {story.row(number, AFTER_THE_TILL)[0] for number in (CHANGED, RENAMED)} == {"updated"}
    updated = [source for source, outcome in story.ran[AFTER_THE_TILL].outcomes().items() if outcome == "updated"]
    assert sorted(updated) == sorted(key(number) for number in (CHANGED, RENAMED, RETIRED))
    assert story.writes[AFTER_THE_TILL].count("customerSet") == 3
    assert story.row(GIVER, AFTER_THE_TILL)[0] == "unchanged"  # an e-mail address is never emptied
    coby = story.customers[AFTER_THE_TILL]["coby@example.nl"]
    assert [row["address1"] for row in coby["addressesV2"]["nodes"]] == ["Laan 7"]
    assert (coby["note"], coby["tags"]) == ("belt altijd terug", ["MplusKASSA", "vip"])
    assert story.customers[AFTER_THE_TILL]["piet@example.nl"]["firstName"] == "Pieter"


def test_edits_in_the_shop_end_as_each_fields_policy_says(story: Story) -> None:
    assert story.writes[AFTER_EDITS].count("customerSet") == 1
    for step in (AFTER_THE_TILL, QUIET, PUT_BACK):
        assert story.row(EDITED, step) == ("unchanged", "")
        jan = story.customers[step]["jan@example.nl"]
        assert jan["firstName"] == "Jan"
        assert (jan["locale"], jan["tags"], jan["note"]) == ("en", ["vip"], "let op")


def test_a_retired_relation_tags_its_customer_until_it_is_active_again(story: Story) -> None:
    assert story.row(RETIRED, AFTER_THE_TILL)[0] == "updated"
    assert story.customers[AFTER_THE_TILL]["rie@example.nl"]["tags"] == ["MplusKASSA inactief", "vip"]
    assert story.customers[PUT_BACK]["rie@example.nl"]["tags"] == ["vip"]


def test_two_candidates_are_a_question_that_names_both(story: Story) -> None:
    assert story.row(WANTS, AFTER_THE_TILL) == ("quarantined", "email_taken")
    assert f"customer {story.elders} has its e-mail address" in story.reason(WANTS, AFTER_THE_TILL)
    assert story.row(WANTS, QUIET)[1] == "email_taken"
    assert story.row(WANTS, PUT_BACK)[0] == "unchanged"
    assert key(WANTS) not in story.here.step.quarantined()


def test_after_all_that_a_quiet_run_writes_nothing(story: Story) -> None:
    assert story.writes[QUIET] == []


def test_a_customer_that_is_another_relations_is_left_alone(story: Story) -> None:
    assert story.row(TAKER, AFTER_THE_TILL) == ("quarantined", "customer_of_other_relation")
    assert f"is relation {GIVER}" in story.reason(TAKER, AFTER_THE_TILL)


def test_a_telephone_that_somebody_in_the_shop_has_is_left_out_and_said(story: Story) -> None:
    assert story.row(CALLER, MADE) == ("created", "phone_taken")
    assert story.here.customer("dirk@example.nl")["defaultPhoneNumber"] is None
    assert story.row(CALLER, AFTER_EDITS)[0] == "unchanged"


def test_a_customer_whom_a_person_removed_is_not_made_again(story: Story) -> None:
    assert story.row(REMOVED, AFTER_THE_TILL) == ("quarantined", "gone_from_target")
    assert "weg@example.nl" not in story.emails[AFTER_THE_TILL]


def test_a_relation_that_came_from_the_shop_is_linked_and_not_doubled(story: Story) -> None:
    assert story.row(FROM_SHOP, MADE) == ("skipped", "came_from_shop")
    assert story.ran[MADE].rows[key(FROM_SHOP)]["target_id"] == BOB
    assert {email for email in story.emails[MADE] if "bob" in email} == {email for email in story.emails_before if "bob" in email}
    with story.here.step.ledger() as ledger:
        assert ledger.links("relation", [f"customer:{BOB}"]) == {f"customer:{BOB}": str(FROM_SHOP)}


def test_a_person_who_is_erased_is_known_nowhere_and_nothing_of_them_is_emptied_in_the_shop(story: Story) -> None:
    assert story.row(ERASED, PUT_BACK)[1] == "nothing_known"
    leny = story.here.customer("leny@example.nl")
    assert (leny["firstName"], leny["defaultPhoneNumber"]["phoneNumber"]) == ("Leny", "+31612300040")
    store = FrameStore(read_settings().frames_url)
    for name, stage in (("relations", "snapshot"), ("customers", "mapped")):
        frame = store.read(["customers_to_shopify", name, stage], None)
        assert frame is not None
        told = frame.astype("string").fillna("").agg(" ".join, axis=1).str.lower()
        assert not told.str.contains("leny@|anders|vergeetlaan 1 bis").any()
