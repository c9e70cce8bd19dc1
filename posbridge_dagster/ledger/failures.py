"""Failures of the ledger: none of them shows a row, a parameter or a password.

LedgerFailure           a statement failed: a fault of the program or of the database
├── LedgerUnavailable   the database cannot be opened, reached or locked: the run stops, nothing was lost
└── LedgerTooNew        a newer posbridge has migrated the ledger: the program must be updated
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError


class LedgerFailure(Exception):
    """The ledger did not do what was asked; the transaction was rolled back as a whole."""


class LedgerUnavailable(LedgerFailure):
    """The database of the ledger cannot be opened, reached or locked."""


class LedgerTooNew(LedgerFailure):
    """The tables of the ledger were made by a newer posbridge than this one."""


def ledger_failure(where: str, error: SQLAlchemyError) -> LedgerFailure:
    """Return what a database error may say in public.

    Messages of constraint and data errors quote the row, which may hold a person, so of those only the class, the SQLSTATE
    and the name of the constraint are kept. Operational messages (locked, read-only, no database, refused) name no row.
    """
    if isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and type(error.orig) is sqlite3.DatabaseError):
        message = str(error.orig).strip().split("\n")[0]
        return LedgerUnavailable(f"ledger at {where}: {message}. Nothing was written; mend the database and run again.")
    if isinstance(error, DBAPIError):
        diagnosis = getattr(error.orig, "diag", None)
        named = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None) or ""
        facts = " ".join(filter(None, (type(error.orig).__name__, getattr(error.orig, "pgcode", None), named)))
        return LedgerFailure(f"ledger at {where}: the database refused a statement ({facts}). Nothing was written.")
    cause = getattr(error, "orig", None) or error
    return LedgerFailure(f"ledger at {where}: a statement could not be made ({type(cause).__name__}). Nothing was written.")
