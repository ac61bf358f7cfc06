"""Hindi: verb last, postpositions, ergative subjects, correlative clauses."""
