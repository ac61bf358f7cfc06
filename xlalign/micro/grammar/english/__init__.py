"""English: the finite verb carries everything, in a chain where each verb sets the form of the next."""
