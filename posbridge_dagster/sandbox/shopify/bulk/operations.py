"""The life of bulk operations: CREATED, RUNNING, COMPLETED; five of a kind at once; the result at an address of its own.

The work runs in a thread and takes the shop's lock for one chunk or line at a time, so that calls go on meanwhile. It shows
as finished when it is and when the time that the ``bulk_seconds`` switch sets has passed.
"""

import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, TYPE_CHECKING, Any

from posbridge_dagster.sandbox.shopify.bulk.export import as_lines, rows_of
from posbridge_dagster.sandbox.shopify.bulk.uploads import StagedUploads
from posbridge_dagster.sandbox.shopify.node import Node
from posbridge_dagster.sandbox.shopify.scalars import gid, moment_or_none, moment_text

if TYPE_CHECKING:
    from posbridge_dagster.sandbox.shopify.scene import Scene

MOST_AT_ONCE = 5
LINES_AT_ONCE = 20
RESULT_LIFE = timedelta(days=7)
IN_MEMORY = 32 * 1024 * 1024
RESULT_PATH = "/bulk-results/"
Read = Callable[[str, str, str | None], tuple[dict[str, Any], list[str], str | None]]
Write = Callable[[str, bytes], dict[str, Any]]


@dataclass
class BulkOperation:
    """One operation and its result; ``kind`` is QUERY or MUTATION."""

    number: int
    kind: str
    query: str
    created_at: datetime
    file: IO[bytes]
    roots: list[str] = field(default_factory=list)
    grouped: bool = False
    lines: bytes = b""
    secret: str = field(default_factory=lambda: secrets.token_hex(12))
    state: str = "RUNNING"
    error_code: str | None = None
    completed_at: datetime | None = None
    objects: int = 0
    root_objects: int = 0
    size: int = 0
    finished: threading.Event = field(default_factory=threading.Event)

    def is_active(self) -> bool:
        """Return whether the operation still counts among those that run at once."""
        return self.state in ("RUNNING", "CANCELING")


class BulkOperations:
    """All bulk operations of a shop.

    ``read`` executes one chunk of a query: root field, query, cursor; ``write`` a mutation with the variables of one line.
    ``seconds`` is how long an operation takes at least, ``fails_after`` after how many rows it breaks down (None: it does not).
    """

    def __init__(self, clock: Callable[[], datetime], lock: threading.RLock, read: Read, write: Write) -> None:
        self._clock, self._lock, self._read, self._write = clock, lock, read, write
        self.uploads = StagedUploads(clock)
        self.seconds = 0.0
        self.fails_after: int | None = None
        self.operations: dict[int, BulkOperation] = {}

    def active(self, kind: str) -> list[BulkOperation]:
        """Return the operations of a kind that run, as they look now."""
        self.settle()
        return [operation for operation in self.operations.values() if operation.is_active() and operation.kind == kind]

    def settle(self) -> None:
        """Let every operation look as it does now."""
        for operation in self.operations.values():
            self._settle(operation)

    def start_query(self, query: str, roots: list[str], grouped: bool) -> BulkOperation:
        """Begin an export and return it."""
        operation = self._new("QUERY", query)
        operation.roots, operation.grouped = roots, grouped
        return self._begin(operation, self._export)

    def start_mutation(self, mutation: str, lines: bytes) -> BulkOperation:
        """Begin to carry a mutation out once for each line of variables, and return the operation."""
        operation = self._new("MUTATION", mutation)
        operation.lines = lines
        return self._begin(operation, self._import)

    def _new(self, kind: str, query: str) -> BulkOperation:
        """Return an operation that does not run yet; its result takes disk beyond 32 MB."""
        file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - lives as long as the operation
        operation = BulkOperation(len(self.operations) + 1, kind, query, self._clock(), file)
        self.operations[operation.number] = operation
        return operation

    def _begin(self, operation: BulkOperation, work: Callable[[BulkOperation], None]) -> BulkOperation:
        threading.Thread(target=work, args=(operation,), name=f"bulk-{operation.number}", daemon=True).start()
        return operation

    def cancel(self, operation: BulkOperation) -> None:
        """Stop an operation; it is CANCELED once its work has noticed. What a mutation did until then stays done."""
        operation.state = "CANCELING"

    def result(self, path: str) -> bytes | None:
        """Return the JSON lines at a path; None where there are none, or none any more."""
        number, _, name = path.removeprefix(RESULT_PATH).partition("/")
        operation = self.operations.get(int(number)) if number.isdigit() else None
        if operation is None or name != f"{operation.secret}.jsonl" or operation.completed_at is None:
            return None
        if self._clock() > operation.completed_at + RESULT_LIFE:
            return None
        operation.file.seek(0)
        return operation.file.read()

    def find(self, number: int) -> BulkOperation | None:
        """Return an operation as it looks now."""
        operation = self.operations.get(number)
        if operation is not None:
            self._settle(operation)
        return operation

    def node(self, number: int, scene: "Scene") -> Node | None:
        """Return a BulkOperation as a node."""
        operation = self.find(number)
        return None if operation is None else self.show(operation, scene)

    def show(self, operation: BulkOperation, scene: "Scene", status: str | None = None) -> Node:
        """Return an operation as a node; ``status`` overrides what it is, for the answer to its own start."""
        address = f"{scene.origin}{RESULT_PATH}{operation.number}/{operation.secret}.jsonl" if operation.objects else None
        url = address if operation.state == "COMPLETED" else None
        is_partial = operation.state == "FAILED" or (operation.kind == "MUTATION" and operation.state == "CANCELED")
        return Node(
            {
                "__typename": "BulkOperation",
                "id": gid("BulkOperation", operation.number),
                "type": operation.kind,
                "status": status or self._status(operation),
                "errorCode": operation.error_code,
                "createdAt": moment_text(operation.created_at),
                "completedAt": moment_or_none(operation.completed_at),
                "objectCount": str(operation.objects if status is None else 0),
                "rootObjectCount": str(operation.root_objects if status is None else 0),
                "fileSize": str(operation.size) if url else None,
                "url": url,
                "partialDataUrl": address if is_partial else None,
                "query": operation.query,
            }
        )

    def _status(self, operation: BulkOperation) -> str:
        if operation.state != "RUNNING":
            return operation.state
        waited = self._clock() - operation.created_at
        return "CREATED" if waited < timedelta(seconds=self.seconds / 4) else "RUNNING"

    def _settle(self, operation: BulkOperation) -> None:
        """Let a finished export show as such once its time has passed."""
        if not operation.finished.is_set() or not operation.is_active():
            return
        due = self._clock() - operation.created_at >= timedelta(seconds=self.seconds)
        if operation.state == "CANCELING":
            operation.state = "CANCELED"
        elif due:
            operation.state = "FAILED" if operation.error_code else "COMPLETED"
        if not operation.is_active():
            operation.completed_at = self._clock()

    def _export(self, operation: BulkOperation) -> None:
        try:
            for root in operation.roots:
                if not self._export_root(operation, root):
                    return
        finally:
            operation.finished.set()

    def _import(self, operation: BulkOperation) -> None:
        """Carry a mutation out line by line; the rows of some lines at a time come backwards, for their order means nothing."""
        rows: list[dict[str, Any]] = []
        try:
            for number, line in enumerate(operation.lines.splitlines()):
                if operation.state != "RUNNING" or self._breaks(operation):
                    return
                if line.strip():
                    with self._lock:
                        rows.append({**self._write(operation.query, line), "__lineNumber": number})
                    operation.objects += 1
                    operation.root_objects += 1
                    time.sleep(0)  # lets a call in that waits for the shop
                if len(rows) == LINES_AT_ONCE:
                    self._put(operation, rows)
        finally:
            self._put(operation, rows)
            operation.lines = b""
            operation.finished.set()

    def _put(self, operation: BulkOperation, rows: list[dict[str, Any]]) -> None:
        for row in as_lines(rows[::-1]):
            operation.size += operation.file.write(row)
        rows.clear()

    def _export_root(self, operation: BulkOperation, root: str) -> bool:
        """Write the rows of one root field; return whether the export may go on."""
        cursor: str | None = None
        while operation.state == "RUNNING":
            with self._lock:
                data, errors, cursor = self._read(root, operation.query, cursor)
            if errors:
                operation.error_code = "ACCESS_DENIED" if "ACCESS_DENIED" in errors else "INTERNAL_SERVER_ERROR"
                return False
            rows, roots = rows_of(data, operation.grouped)
            for line in as_lines(rows):
                operation.size += operation.file.write(line)
            operation.objects += len(rows)
            operation.root_objects += roots
            if cursor is None or self._breaks(operation):
                return operation.error_code is None
        return False

    def _breaks(self, operation: BulkOperation) -> bool:
        """Return whether the operation breaks down now, with what it did until then."""
        if self.fails_after is None or operation.objects < self.fails_after:
            return False
        operation.error_code = "INTERNAL_SERVER_ERROR"
        return True
