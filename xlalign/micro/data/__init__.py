"""The tables of the micro-world: concepts, patterns, rates and the five lexicons."""
