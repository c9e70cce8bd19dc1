"""Where commands print their tables."""

import sys

from rich.console import Console

PAGE = 100  # columns of a log, a pipe or a page


def screen() -> Console:
    """Return the terminal at its own width, or a page of 100 columns where the output goes elsewhere.

    Square brackets mean nothing, because they may stand in the name of an article.
    """
    return Console(width=None if sys.stdout.isatty() else PAGE, markup=False, highlight=False)
