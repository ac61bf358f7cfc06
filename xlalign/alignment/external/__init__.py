"""Aligners that other people wrote: binaries on the user's PATH, and the simalign package."""
