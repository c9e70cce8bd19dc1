"""Reads transforms with their parameters, and follows which kind of value each leaves for the next."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from posbridge_dagster.mapping.conversions import convertible
from posbridge_dagster.mapping.declared import Step
from posbridge_dagster.mapping.kinds import WORDS, Kind
from posbridge_dagster.mapping.reading.document import Items, Node, Scalar, Table, plain
from posbridge_dagster.mapping.reading.expectations import Reading
from posbridge_dagster.mapping.transforms import TRANSFORMS, Parameter, Replacements, Transform


@dataclass(frozen=True)
class Steps:
    """The steps of a field and the kind that comes out of the last one; None where a step is wrong."""

    steps: tuple[Step, ...]
    gives: Kind | None


def read_steps(node: Node | None, held: tuple[Kind, ...], origin: Node, reading: Reading) -> Steps:
    """Return the steps of a field whose source columns are of the kinds ``held``; ``origin`` is where they are named."""
    nodes: tuple[Node, ...] = () if node is None else node.nodes if isinstance(node, Items) else (node,)
    steps: list[Step] = []
    kinds: tuple[Kind, ...] | None = held
    for item in nodes:
        step = _step(item, kinds, reading)
        kinds = None if step is None else (step.transform.gives,)
        if step is not None:
            steps.append(step)
    if kinds is not None and len(kinds) > 1:
        advice = "begin transform with join, first_filled, join_name or another that reads several columns"
        reading.complaints.add(origin, f"{len(kinds)} columns for one field", advice)
        kinds = None
    return Steps(tuple(steps), None if kinds is None else kinds[0])


def _step(node: Node, kinds: tuple[Kind, ...] | None, reading: Reading) -> Step | None:
    if isinstance(node, Table) and len(node.values) == 1:
        (name, told), key = next(iter(node.values.items())), next(iter(node.keys.values()))
    elif isinstance(node, Scalar) and isinstance(node.value, str):
        name, told, key = node.value, None, node
    else:
        reading.complaints.add(node, "a transform must be a name or {name: parameter}", "write one name for each step")
        return None
    if name not in TRANSFORMS:
        reading.complaints.unknown(key, "transform", name, TRANSFORMS)
        return None
    transform = TRANSFORMS[name]
    parameter = _parameter(transform, told, key, reading)
    fits = kinds is not None and _fits(transform, kinds, key, reading)
    if kinds is None or not fits or (parameter is None and transform.parameter is not None):
        return None
    return Step(transform, parameter, _reads(transform, kinds))


def _reads(transform: Transform, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    further: Kind = "text"
    return tuple(
        kind if kind in transform.takes and (not place or "text" in transform.takes) else further if place else transform.takes[0]
        for place, kind in enumerate(kinds)
    )


def _fits(transform: Transform, kinds: tuple[Kind, ...], key: Scalar, reading: Reading) -> bool:
    if transform.most is not None and len(kinds) > transform.most:
        what = f'"{transform.name}" reads {transform.most} column{"" if transform.most == 1 else "s"}, not {len(kinds)}'
        reading.complaints.add(key, what, "put join or first_filled before it, or name fewer columns in from")
        return False
    for kind, wanted in zip(kinds, _reads(transform, kinds), strict=True):
        if not convertible(kind, wanted):
            what = f'"{transform.name}" reads {WORDS[wanted]}, not {WORDS[kind]}'
            reading.complaints.add(key, what, _ADVICE.get(kind, "name another column or transform"))
            return False
    return True


_ADVICE: dict[Kind, str] = {"texts": "put join before it", "moment": "put local_day or date before it", "day": "put date before it"}


def _parameter(transform: Transform, told: Node | None, key: Scalar, reading: Reading) -> Parameter | Replacements | None:
    if transform.parameter is None:
        if told is not None:
            reading.complaints.add(told, f'"{transform.name}" takes no parameter', f"write {transform.example}")
        return None
    if told is None and not transform.optional:
        reading.complaints.add(key, f'"{transform.name}" needs a parameter', f"write {transform.example}")
        return None
    try:
        return transform.parameter.model_validate({} if told is None else plain(told))
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            place = told if told is not None else key
            what = f'the parameter of "{transform.name}" is wrong: {_sentence(fault)}'
            reading.complaints.add(place, what, f"write {transform.example}")
        return None


def _sentence(fault: Any) -> str:
    return str(fault["msg"]).removeprefix("Value error, ")
