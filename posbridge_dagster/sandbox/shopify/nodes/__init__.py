"""How the shop's records look in an answer: one module per kind of record, plain dictionaries by field name."""
