"""German: verb second in main clauses, verb last in embedded ones; four cases, three genders."""
