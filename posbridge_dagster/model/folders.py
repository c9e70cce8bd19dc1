"""Folders that hold personal data."""

from pathlib import Path

PRIVATE = 0o700
"""Only the user who made it may enter; says nothing on a platform without such rights."""


def private_folder(folder: Path) -> Path:
    """Make a folder, and those above it that are missing, so that nobody else may enter; one that is there stays as it is.

    Raises OSError where it cannot be made.
    """
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(mode=PRIVATE, exist_ok=True)
    if not folder.is_dir():
        raise NotADirectoryError(20, "there is a file of this name", str(folder))
    return folder


def is_open_to_others(folder: Path) -> bool:
    """Return whether another user of this machine may look into a folder."""
    return bool(folder.stat().st_mode & 0o077)
