"""Readers of task data: the micro-world, a folder of files, the hub."""
