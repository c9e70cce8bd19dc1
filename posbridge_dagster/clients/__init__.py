"""Talk to one system each. No Dagster, no pandas, and neither client knows the other."""
