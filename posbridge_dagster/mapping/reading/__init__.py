"""From the text of a mapping file to a checked declaration, or to every complaint about it at once."""
