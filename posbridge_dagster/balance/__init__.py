"""Both sides added up, record by record: what was sold here, what is booked there, and what explains a difference. Pure."""
