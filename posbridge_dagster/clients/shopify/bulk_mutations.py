"""One mutation for many records by one operation: no points per record, one file up, one file of results down.

Results come in any order and name their line (``__lineNumber``, from 0), so they are joined by that and never by their place.
An operation that completed may hold nothing but refusals, and one that failed may have done a part: each line has its own answer.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from posbridge_dagster.clients.failures import RemoteFailure, UnknownOutcome
from posbridge_dagster.clients.shopify.bulk import cancel
from posbridge_dagster.clients.shopify.client import ShopifyClient
from posbridge_dagster.clients.shopify.deadline import Deadline
from posbridge_dagster.clients.shopify.documents import Document, document
from posbridge_dagster.clients.shopify.errors import top_level_failure, user_failure
from posbridge_dagster.clients.shopify.paging import Node, pages
from posbridge_dagster.clients.shopify.staged_uploads import upload_lines
from posbridge_dagster.clients.shopify.transport import streamed_lines

LARGEST_FILE = 90_000_000
"""Bytes of a file; Shopify takes 100 MB."""
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")
LINE = "__lineNumber"
_TOO_LONG: Node = {}

_log = logging.getLogger(__name__)

LineAnswer = Node | RemoteFailure


def run_mutation(
    client: ShopifyClient,
    mutation: Document,
    rows: Sequence[Mapping[str, Any]],
    started: Callable[[str], None],
    *,
    deadline: Deadline | None = None,
) -> Iterator[tuple[int, LineAnswer]]:
    """Carry a mutation out for each row of variables; yield the number of each row with its data or its failure, in any order.

    ``started`` is told the id of each operation as soon as there is one, so that a run that is cut short can be followed up.
    Rows of which nothing is known are yielded with UnknownOutcome. Raises Busy when five operations run already.
    """
    first = 0
    for content, count in _files(rows):
        path = upload_lines(client, f"{mutation.name}.jsonl", content)
        variables = {"mutation": mutation.text, "path": path, "client": f"posbridge-{uuid4()}"}
        operation_id = client.execute(document("bulk_run_mutation"), variables)["bulkOperationRunMutation"]["bulkOperation"]["id"]
        started(operation_id)
        answers = results(client, mutation, operation_id, count, deadline or Deadline())
        yield from ((first + number, answer) for number, answer in answers)
        first += count


def results(
    client: ShopifyClient, mutation: Document, operation_id: str, count: int, deadline: Deadline
) -> Iterator[tuple[int, LineAnswer]]:
    """Wait for an operation and yield the answer of each of its ``count`` rows."""
    missing = set(range(count))
    operation = ended(client, operation_id, deadline)
    url = operation and (operation["url"] or operation["partialDataUrl"])
    if url:
        try:
            for line in streamed_lines(url, operation=mutation.name):
                row = json.loads(line, parse_float=Decimal)
                number = int(row[LINE])
                missing.discard(number)
                yield number, _answer(row, mutation)
        except (UnknownOutcome, ValueError) as error:
            _log.warning("The results of %s break off: %s", operation_id, type(error).__name__)
    how = operation["status"] if operation else "unknown"
    for number in sorted(missing):
        yield number, _in_doubt(mutation.name, f"the bulk result lacks this row (the operation is {how})", "missing_row")


def ended(client: ShopifyClient, operation_id: str, deadline: Deadline) -> Node | None:
    """Return an operation of ours once it has ended, None when Shopify does not know it.

    One that takes too long is cancelled, so that it does not hold up the next run as well, and UnknownOutcome is raised; what it
    has done until then is done.
    """
    operation = _ended(client, operation_id, deadline)
    if operation is _TOO_LONG:
        cancel(client, operation_id)
        raise _in_doubt("BulkOperation", f"it did not end within {deadline.total_s:g} s and was cancelled", "deadline")
    return operation


def _ended(client: ShopifyClient, operation_id: str, deadline: Deadline) -> Node | None:
    for _ in deadline.rounds():
        operation: Node | None = client.execute(document("bulk_operation"), {"id": operation_id})["bulkOperation"]
        if operation is None or operation["status"] not in UNFINISHED:
            return operation
    return _TOO_LONG


def wait_for_mutations(client: ShopifyClient, deadline: Deadline) -> None:
    """Wait until no bulk mutation of this app runs; for a run that cannot know whether the one before it started one.

    It may be another's, so none is cancelled; raises UnknownOutcome naming the one that takes too long.
    """
    listing = pages(client, document("bulk_operations"), {"search": "operation_type:mutation"})
    for operation in [row for page in listing for row in page]:
        if operation["status"] in UNFINISHED and _ended(client, operation["id"], deadline) is _TOO_LONG:
            raise _in_doubt("BulkOperation", f"{operation['id']} of this app still runs after {deadline.total_s:g} s", "deadline")


def _answer(row: Node, mutation: Document) -> LineAnswer:
    if row.get("errors"):
        return top_level_failure(row["errors"], mutation.name, is_mutation=True, throttle_wait_s=1.0, request_id="")
    data: Node | None = row.get("data")
    if not isinstance(data, dict):
        return _in_doubt(mutation.name, "the bulk result holds a row without data", "no_data")
    return user_failure(data, mutation.name) or data


def _in_doubt(operation: str, message: str, code: str) -> UnknownOutcome:
    advice = "What was written is found and completed by the next run."
    return UnknownOutcome(message, system="Shopify", operation=operation, code=f"bulk_{code}", advice=advice)


def _files(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[bytes, int]]:
    """Yield files of lines that are small enough, with the number of their rows."""
    lines: list[bytes] = []
    size = 0
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, default=str).encode() + b"\n"
        if lines and size + len(line) > LARGEST_FILE:
            yield b"".join(lines), len(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield b"".join(lines), len(lines)
