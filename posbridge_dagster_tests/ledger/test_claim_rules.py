"""The rules of claiming, held against a model that knows nothing of databases."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from posbridge_dagster.ledger import Closing, Intent, Ledger, Owner, QuarantineEntry, State

FLOW = "orders_to_mplus"
RECORDS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)
PAYLOADS = st.sampled_from(["p1", "p2"])
HERE = Owner.of_this_process("here")
OWNERS = {
    "living": HERE,
    "neighbour": Owner(HERE.host, HERE.pid, HERE.started_s, "00000001", "here-too"),
    "killed": Owner(HERE.host, HERE.pid, HERE.started_s + 1000, "00000002", "killed"),
    "far": Owner("another-host-0123456789ab", 1, 1.0, "00000003", "far"),
}
NAMES = st.sampled_from(sorted(OWNERS))
ENDINGS = st.sampled_from([State.DONE, State.QUARANTINED, State.FAILED, State.INTENT])


@dataclass
class Known:
    """What the model knows of a record; `sent` are all the (key, payload) pairs that may have reached the other side."""

    state: State
    payload: str
    owner: str = ""
    has_lease: bool = False
    generation: int = 0
    attempts: int = 0
    key: str = ""

    def may_be_taken(self, payload: str, reopen: bool) -> bool:
        if self.owner and self.has_lease and self.owner != "killed":
            return False
        return self.state is not State.DONE or (reopen and payload != self.payload)


class ClaimRules(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = TemporaryDirectory()
        self.ledger = Ledger.open(f"sqlite:///{Path(self.folder.name) / 'ledger.db'}", shop="amsterdam", administration="main")
        self.known: dict[str, Known] = {}
        self.before: dict[str, Known | None] = {}

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            self.folder.cleanup()

    @rule(ids=RECORDS, payload=PAYLOADS, name=NAMES, reopen=st.booleans(), has_lease=st.booleans())
    def claim(self, ids: list[str], payload: str, name: str, reopen: bool, has_lease: bool) -> None:
        intents = [Intent(source_id, "s", payload) for source_id in ids]
        claims = self.ledger.claim(FLOW, intents, OWNERS[name], 3600 if has_lease else 0, reopen=reopen)
        assert set(claims) == set(ids)
        for source_id, claim in claims.items():
            known = self.known.get(source_id)
            assert claim.granted == (known is None or known.may_be_taken(payload, reopen))
            assert claim.in_doubt == (claim.granted and known is not None and known.state is State.INTENT)
            if claim.granted:
                self.take(source_id, known, payload, name, has_lease)
                self.check_key(known, payload, claim.record.idempotency_key)
                self.known[source_id].key = claim.record.idempotency_key

    def take(self, source_id: str, known: Known | None, payload: str, name: str, has_lease: bool) -> None:
        generation = 0
        if known is not None:
            is_new = known.state is State.DONE or (known.state is not State.INTENT and known.payload != payload)
            generation = known.generation + is_new
        self.before[source_id] = known
        self.known[source_id] = Known(State.INTENT, payload, name, has_lease, generation, (known.attempts if known else 0) + 1)

    def check_key(self, known: Known | None, payload: str, key: str) -> None:
        if known is None or not known.key:
            return
        if known.state is State.INTENT:
            assert key == known.key, "a write in doubt keeps its key"
        elif known.state is State.DONE or known.payload != payload:
            assert key != known.key, "another document needs another key"
        else:
            assert key == known.key, "the same request keeps its key"

    @rule(ids=RECORDS, name=NAMES, state=ENDINGS)
    def close(self, ids: list[str], name: str, state: State) -> None:
        lost = self.ledger.close_records(FLOW, [Closing(source_id, state, "") for source_id in ids], OWNERS[name])
        held = [source_id for source_id in ids if source_id in self.known and self.known[source_id].owner == name]
        assert set(lost) == set(ids) - set(held)
        for source_id in held:
            self.known[source_id].state = state
            self.known[source_id].owner = ""

    @rule(name=NAMES, has_lease=st.booleans())
    def renew(self, name: str, has_lease: bool) -> None:
        held = [known for known in self.known.values() if known.owner == name]
        assert self.ledger.renew(OWNERS[name], 3600 if has_lease else 0) == len(held)
        for known in held:
            known.has_lease = has_lease

    @rule(name=NAMES)
    def release(self, name: str) -> None:
        held = [source_id for source_id, known in self.known.items() if known.owner == name]
        assert self.ledger.release(OWNERS[name]) == len(held)
        for source_id in held:
            earlier = self.before[source_id]
            if earlier is None:
                del self.known[source_id]
            else:
                earlier.owner = ""
                self.known[source_id] = earlier

    @rule(ids=RECORDS, payload=PAYLOADS)
    def quarantine(self, ids: list[str], payload: str) -> None:
        entries = [QuarantineEntry(source_id, "code", "reason", {}, payload_fingerprint=payload) for source_id in ids]
        self.ledger.quarantine(FLOW, entries, "run")
        for source_id in ids:
            known = self.known.setdefault(source_id, Known(State.QUARANTINED, payload))
            if known.state is State.FAILED:
                known.state = State.QUARANTINED

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        if not hasattr(self, "known"):
            return
        records = self.ledger.records(FLOW, "abcd")
        assert {source_id: (record.state, record.owner, record.generation, record.attempts) for source_id, record in records.items()} == {
            source_id: (known.state, OWNERS[known.owner].text if known.owner else "", known.generation, known.attempts)
            for source_id, known in self.known.items()
        }
        assert all((record.lease_until is not None) == bool(record.owner) for record in records.values())


class MoreClaimRules(ClaimRules):
    """The same rules, tried longer."""


FEW = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
ClaimRules.TestCase.settings = FEW
MoreClaimRules.TestCase.settings = settings(FEW, max_examples=100)
TestClaimRules = ClaimRules.TestCase
TestMoreClaimRules = pytest.mark.prove(MoreClaimRules.TestCase)
