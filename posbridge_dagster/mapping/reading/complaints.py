"""What is wrong with a mapping file, each with its place and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Protocol


class Place(Protocol):
    """Something that stands at a line and column of a file, both counted from 1."""

    @property
    def line(self) -> int:
        """Return the line."""

    @property
    def column(self) -> int:
        """Return the column."""


@dataclass(frozen=True)
class Complaint:
    """One thing wrong: the file, line and column (from 1), what is wrong and what to do."""

    file: str
    line: int
    column: int
    what: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.advice}"


class MappingFileError(ValueError):
    """A mapping file that cannot be used; ``complaints`` holds everything that is wrong with it, in the order of the file."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(sorted(complaints, key=lambda complaint: (complaint.line, complaint.column)))
        super().__init__("\n".join(str(complaint) for complaint in self.complaints))


class Complaints:
    """Collects what is wrong with one file while it is read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Complaint] = []

    def add(self, place: Place, what: str, advice: str) -> None:
        """Note one thing that is wrong; reading goes on, so that all of them are reported together."""
        self.found.append(Complaint(self.file, place.line, place.column, what, advice))

    def unknown(self, place: Place, kind: str, word: str, known: Iterable[str]) -> None:
        """Note a word that means nothing here, with the nearest one that does."""
        self.add(place, f'unknown {kind} "{word}"', nearest(word, known))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return advice that names the nearest right word, or all right words when none is near."""
    words = sorted(known)
    lowered = {candidate.lower(): candidate for candidate in words}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{lowered[close[0]]}"?'
    return f"known here: {', '.join(words)}" if words else "nothing can be named here"
