"""Spanish: adjectives after the noun, two verbs *to be*, clitics, moods, and subjects that may go unsaid."""
