"""Kernels for encoders on a CPU: the numbers of the stock modules in less time. Nothing is wrong without them."""
