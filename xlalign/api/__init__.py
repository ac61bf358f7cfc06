"""The stages as functions: `import xlalign`, then `xlalign.align(...)`; the same stages and cache as the command line.

jobs      one job as a pipeline of few tables, for the command line and for the functions
calls     the functions
projecting  annotation carried over word links, from file to file
results   what they return: a folder, and records that `pandas.DataFrame` takes
"""
