"""What the words of the field mean: money, outcomes, identities, frames. Imports nothing else of posbridge."""
