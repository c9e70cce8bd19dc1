"""A mapping file at work: which records go on, what their target rows hold."""

from collections import abc
from dataclasses import dataclass
from typing import Generic

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from posbridge_dagster.mapping.conditions import Condition
from posbridge_dagster.mapping.declared import Declaration, FieldRule, On, Rule
from posbridge_dagster.mapping.filling import Filling, demand, fill
from posbridge_dagster.mapping.kinds import nothing
from posbridge_dagster.mapping.lookups import LookupTable
from posbridge_dagster.mapping.verdicts import Verdicts, key_columns, told
from posbridge_dagster.mapping.view import View
from posbridge_dagster.mapping.vocabulary import SettingsT, Vocabulary
from posbridge_dagster.model.frames import to_pandas
from posbridge_dagster.model.outcome import Outcome

Frames = abc.Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Mapped:
    """Target rows, and what is wrong with some of them: one problem row per key and field. A flawed field is empty in ``frame``."""

    frame: pd.DataFrame
    problems: pd.DataFrame


@dataclass(frozen=True)
class Mapping(Generic[SettingsT]):
    """A checked mapping file.

    ``settings`` is the flow's own model; ``fingerprint`` is the sha256 of the content, whatever its comments, white space and
    order of keys. Its methods raise KeyError when a frame or column they need is not given, and ValueError when the key of
    a frame that others belong to is not unique.
    """

    vocabulary: Vocabulary[SettingsT]
    settings: SettingsT
    declaration: Declaration
    fingerprint: str

    def select(self, frames: Frames, base: str) -> pd.DataFrame:
        """Return a verdict for each row of a base frame that is not selected: its key, outcome, code and reason.

        The reason is the first condition that does not hold, in the file's words (``otherwise``) or in ours.
        """
        view = View(self.vocabulary, frames, base)
        verdicts = Verdicts(view)
        for condition in self.declaration.select:
            if self.vocabulary.concerns(condition.source.frame, base):
                reason = condition.otherwise or condition.words()
                verdicts.add(pc.invert(view.meets([condition])), Outcome.SKIPPED, "not_selected", reason)
        return verdicts.frame()

    def judge(self, frames: Frames, base: str) -> pd.DataFrame:
        """Return a verdict for each row of a base frame that a rule skips or quarantines; the first such rule of a row counts."""
        view = View(self.vocabulary, frames, base)
        verdicts = Verdicts(view)
        for rule in self.declaration.rules:
            if rule.judges and self._all_concern(rule.when, base):
                skips = rule.skip is not None
                outcome = Outcome.SKIPPED if skips else Outcome.QUARANTINED
                code = "skipped_by_rule" if skips else "quarantined_by_rule"
                verdicts.add(view.meets(rule.when), outcome, code, f"{rule.skip or rule.quarantine} (rule: {rule.name})")
        return verdicts.frame()

    def _all_concern(self, conditions: abc.Iterable[Condition], base: str) -> bool:
        return all(self.vocabulary.concerns(condition.source.frame, base) for condition in conditions)

    def apply(self, target: str, frames: Frames) -> Mapped:
        """Return the rows of a target frame, one for each row of its base frame, and their problems."""
        rules = self._rules(target)
        declared = self.vocabulary.targets[target]
        view = View(self.vocabulary, frames, declared.base)
        fillings = {
            name: fill(rules[name], view) if name in rules else Filling(nothing(entry.kind, view.count))
            for name, entry in declared.fields.items()
        }
        for rule in self.declaration.rules:
            _set_by(rule, target, fillings, view)
        for name, entry in declared.fields.items():
            if entry.required or (name in rules and rules[name].required):
                demand(fillings[name])
        return Mapped(self._frame(target, view, fillings), self._problems(target, view, fillings))

    def _frame(self, target: str, view: View, fillings: dict[str, Filling]) -> pd.DataFrame:
        shape = self.vocabulary.shape(target)
        columns = [filling.column for filling in fillings.values()]
        return to_pandas(pa.Table.from_arrays([*key_columns(view, self.vocabulary.targets[target].key), *columns], schema=shape.schema))

    def _problems(self, target: str, view: View, fillings: dict[str, Filling]) -> pd.DataFrame:
        shape = self.vocabulary.problem_shape(target)
        found = [(name, problem) for name, filling in fillings.items() for problem in filling.problems]
        keys = self.vocabulary.targets[target].key
        return told(view, keys, shape, [(problem.rows, (name, problem.code, problem.reasons)) for name, problem in found])

    def lookup(self, name: str) -> LookupTable:
        """Return a lookup table of the file; KeyError, naming those there are, when it has none of this name."""
        if name not in self.declaration.lookups:
            known = ", ".join(sorted(self.declaration.lookups)) or "none"
            raise KeyError(f"the mapping of {self.vocabulary.flow} has no lookup {name}; it has {known}")
        return self.declaration.lookups[name]

    def column_lineage(self, target: str) -> dict[str, list[tuple[str, str]]]:
        """Return for each mapped field of a target the source columns its value comes from, as (frame, column)."""
        return {name: [(source.frame, source.column) for source in rule.sources] for name, rule in self._rules(target).items()}

    def policies(self, target: str) -> dict[str, On]:
        """Return for each field of a target that the file fills when it is written: on ``create``, on ``update`` or ``always``."""
        by_rules: dict[str, On] = {name: "always" for rule in self.declaration.rules for frame, name in rule.sets if frame == target}
        return by_rules | {name: rule.on for name, rule in self._rules(target).items()}

    def _rules(self, target: str) -> abc.Mapping[str, FieldRule]:
        if target not in self.vocabulary.targets:
            raise KeyError(f"{self.vocabulary.flow} has no target {target}; it has {', '.join(self.vocabulary.targets)}")
        return self.declaration.fields.get(target, {})


def _set_by(rule: Rule, target: str, fillings: dict[str, Filling], view: View) -> None:
    here = {name: value for (frame, name), value in rule.sets.items() if frame == target}
    if here:
        rows = view.meets(rule.when)
        for name, value in here.items():
            fillings[name].set(rows, value)
