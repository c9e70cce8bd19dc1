"""The history of the tables: one module per revision, applied in order when a ledger is opened."""
