"""The two ways to carry steps out: one by one, paced by their cost, or many at once by bulk operations."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from posbridge_dagster.clients.failures import Busy, Misconfigured, Refused, RemoteFailure, UnknownOutcome, Unreachable
from posbridge_dagster.clients.shopify.bulk_mutations import run_mutation
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import document, outer_fields, response_key
from posbridge_dagster.clients.shopify.paging import Node, whole
from posbridge_dagster.clients.shopify.products import Structure, product_structures
from posbridge_dagster.loading.product_moves import end_takers
from posbridge_dagster.loading.product_plan import REORDERING, Rules, Stage, Step
from posbridge_dagster.loading.product_progress import Progress, plain
from posbridge_dagster.model.identity import tail

STARTING = "starting"
"""What the cursor holds from before an operation is asked for until its id is known."""

WHOLE = "product_set"  # its answer holds a list that may have more pages
PART = 250
_NOTHING = Structure(0, {})
_Chosen = tuple[Progress, Step]


def one_by_one(client: ShopifyClient, progress: Sequence[Progress], rules: Rules) -> Iterator[list[Progress]]:
    """Do the steps of each product in turn, releases of all of them first; yield each product when it is over."""
    for each in progress:
        _do(client, each, [step for step in each.steps if step.stage is Stage.RELEASE], rules)
    end_takers(progress)
    for each in progress:
        while not each.is_over:
            _do(client, each, each.steps[:1], rules)
        yield [each]


def _do(client: ShopifyClient, progress: Progress, steps: Sequence[Step], rules: Rules) -> None:
    for planned in list(steps):
        if progress.failure is None:
            try:
                for _, step in _completed(client, [(progress, planned)]):
                    progress.done(step, _sent(client, step), rules)
            except (Refused, Busy, Unreachable, UnknownOutcome) as failure:
                progress.failure = failure


def _completed(client: ShopifyClient, chosen: Sequence[_Chosen]) -> list[_Chosen]:
    """Return steps about to be sent, in the light of what is there now.

    A reordering is completed with all values, and let go where it would change nothing. Variants that are set as a whole are not
    where somebody has made or deleted one meanwhile: it would be lost.
    """
    looked_at = [each.product_id for each, step in chosen if step.document == REORDERING or (step.document == WHOLE and each.product_id)]
    there = product_structures(client, looked_at) if looked_at else {}
    rows: list[_Chosen] = []
    for each, step in chosen:
        structure = there.get(each.product_id, _NOTHING)
        if step.document == WHOLE and each.product_id and structure.variants not in (None, each.variants_there):
            each.failure = _changed_meanwhile(each)
            continue
        whole_step = _in_order(step, structure.options) if step.document == REORDERING else step
        each.replace(step, whole_step)
        rows += [(each, whole_step)] if whole_step else []
    return rows


def _changed_meanwhile(progress: Progress) -> UnknownOutcome:
    message = f"the variants of product {tail(progress.product_id)} were changed by somebody while it was being written; nothing was set"
    return UnknownOutcome(message, system="Shopify", operation="productSet", code="changed_meanwhile")


def _in_order(step: Step, there: Mapping[str, Sequence[str]]) -> Step | None:
    """Return a reordering that names every value that is there, as Shopify demands; None where all stand in that order already.

    ``there`` are the values by option, also those that no variant has any more. Those that are not the till's come last.
    """
    wanted = {option["name"]: [value["name"] for value in option["values"]] for option in step.variables["options"]}
    order = {
        name: [*(value for value in values if value in there.get(name, ())), *(each for each in there.get(name, ()) if each not in values)]
        for name, values in wanted.items()
    }
    if list(order.items()) == [(name, list(values)) for name, values in there.items()]:
        return None
    options = [{"name": name, "values": [{"name": value} for value in values]} for name, values in order.items()]
    return Step(step.stage, step.document, {**step.variables, "options": options}, step.repeatable)


def _sent(client: ShopifyClient, step: Step) -> Node:
    """Carry one step out and return its payload. Raises the failures of ``clients.failures``."""
    of = document(step.document)
    data = client.execute(of, step.variables, repeatable=step.repeatable)
    key = response_key(outer_fields(of)[0])
    payload: Node = data[key]
    return {**payload, "product": whole(client, of, data, key, "product")} if step.document == WHOLE else payload


def in_bulk(
    client: ShopifyClient, progress: Sequence[Progress], rules: Rules, mark: Callable[[str], None], deadline: Deadline
) -> Iterator[list[Progress]]:
    """Do the steps of all products stage by stage, one bulk operation per stage and mutation; yield the products that are over.

    Those that failed come last: who reads of failures may stop listening. ``mark`` is told the id of each operation when it
    starts, and an empty text when its results are in.
    """
    waiting = list(progress)
    for stage in Stage:
        for name in sorted({step.document for each in waiting if not each.failure for step in each.steps if step.stage is stage}):
            _run(client, waiting, stage, name, rules, mark, deadline)
        if stage is Stage.RELEASE:
            end_takers(waiting)
        yield from _parts([each for each in waiting if each.is_over and not each.failure])
        waiting = [each for each in waiting if each.failure or not each.is_over]
    yield from _parts(waiting)


def _parts(progress: Sequence[Progress]) -> Iterator[list[Progress]]:
    for start in range(0, len(progress), PART):
        yield list(progress[start : start + PART])


def _run(
    client: ShopifyClient,
    waiting: Sequence[Progress],
    stage: Stage,
    name: str,
    rules: Rules,
    mark: Callable[[str], None],
    deadline: Deadline,
) -> None:
    chosen = [
        (each, step) for each in waiting if each.failure is None for step in each.steps if (step.stage, step.document) == (stage, name)
    ]
    mutation = document("product_set_bulk" if name == WHOLE else name)
    key = response_key(outer_fields(mutation)[0])
    started: list[str] = []
    mark(STARTING)
    unanswered = dict(enumerate(chosen))
    try:
        unanswered = dict(enumerate(_completed(client, chosen)))
        variables = [step.variables for _, step in unanswered.values()]
        for number, answer in run_mutation(client, mutation, variables, _both(started.append, mark), deadline=deadline):
            each, step = unanswered.pop(number)
            if isinstance(answer, Misconfigured):
                raise answer
            if isinstance(answer, RemoteFailure):
                each.failure = each.failure or answer
            else:
                each.done(step, plain(answer[key]), rules)
    except (Refused, Busy, Unreachable, UnknownOutcome) as failure:
        for each, _ in unanswered.values():
            each.failure = each.failure or failure
        if started or not isinstance(failure, Refused | Busy):
            return  # what may be running is in the cursor; the next run waits for it
    mark("")


def _both(*told: Callable[[str], None]) -> Callable[[str], None]:
    def tell(operation_id: str) -> None:
        for each in told:
            each(operation_id)

    return tell
