"""The embedded micro-world: a grammar and a lexicon in five real languages, with gold for everything."""
