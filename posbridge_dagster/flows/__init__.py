"""The flows as Dagster sees them: thin assets over the layers below, one package per flow."""
