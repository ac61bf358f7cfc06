"""The command line: parses, calls a stage function, prints. Nothing here imports torch."""
