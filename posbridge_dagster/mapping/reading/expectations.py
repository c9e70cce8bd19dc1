"""What is expected at a place of the file; each reader notes a complaint and returns None where it is not there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from posbridge_dagster.mapping.kinds import Kind
from posbridge_dagster.mapping.reading.complaints import Complaints
from posbridge_dagster.mapping.reading.document import Items, Node, Scalar, Table
from posbridge_dagster.mapping.vocabulary import Source, Vocabulary


@dataclass(frozen=True)
class Reading:
    """One file being read: what it may name, and what is wrong with it so far."""

    vocabulary: Vocabulary[Any]
    complaints: Complaints

    def table(self, node: Node, what: str, known: Iterable[str] | None = None, kind: str = "key") -> Table | None:
        """Return a table whose keys are all known (None: any key); other keys are complained about and ignored."""
        if not isinstance(node, Table):
            self.complaints.add(node, f"{what} must be a table of keys and values", f"it is {_is(node)}; indent the keys below it")
            return None
        if known is not None:
            words = list(known)
            for name, key in node.keys.items():
                if name not in words:
                    self.complaints.unknown(key, kind, name, words)
        return node

    def items(self, node: Node, what: str) -> tuple[Node, ...]:
        """Return the members of a list."""
        if isinstance(node, Items):
            return node.nodes
        self.complaints.add(node, f"{what} must be a list", 'begin each member with "- " on a line of its own')
        return ()

    def text(self, node: Node, what: str) -> str | None:
        """Return a text that is not empty."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.strip():
            return node.value
        self.complaints.add(node, f"{what} must be text", f"it is {_is(node)}; write words, in quotes where YAML reads something else")
        return None

    def flag(self, node: Node, what: str) -> bool | None:
        """Return true or false."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.complaints.add(node, f"{what} must be true or false", f"it is {_is(node)}")
        return None

    def word(self, node: Node, what: str, known: Iterable[str]) -> str | None:
        """Return one of the known words."""
        text = self.text(node, what)
        words = list(known)
        if text is None or text in words:
            return text
        self.complaints.unknown(node, what, text, words)
        return None

    def source(self, node: Node, what: str) -> tuple[Source, Kind] | None:
        """Return a column of a source frame with its kind."""
        kinds = self.vocabulary.kinds
        written = self.word(node, what, [str(source) for source in kinds])
        if written is None:
            return None
        frame, _, column = written.partition(".")
        source = Source(frame, column)
        kind = kinds[source]
        if kind is None:
            self.complaints.add(node, f"{source} is of a type that mappings do not read", "name a column of text, numbers, days or moments")
            return None
        return source, kind


def _is(node: Node) -> str:
    if isinstance(node, Table):
        return "a table"
    if isinstance(node, Items):
        return "a list"
    return "empty" if node.value is None else f'"{node.text}"'
