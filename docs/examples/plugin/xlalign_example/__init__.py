"""An example plug-in: a filter, an objective and a task, one file each."""
