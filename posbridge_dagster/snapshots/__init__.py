"""What a source says, as flat typed frames: nested answers become rows, money becomes minor units, ids become text."""
