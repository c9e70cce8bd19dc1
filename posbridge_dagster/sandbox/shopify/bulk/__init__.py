"""Bulk operations: what may be asked in bulk, the export into JSON lines, and the life of an operation."""
