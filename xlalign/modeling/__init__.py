"""Encoders: loading, scratch models, pooling, packing; import the modules, nothing is imported here."""
