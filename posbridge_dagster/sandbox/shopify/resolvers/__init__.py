"""What the fields of the schema do: one module per kind of thing, written down by ``resolves``."""
