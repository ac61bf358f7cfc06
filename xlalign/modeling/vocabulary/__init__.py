"""Vocabularies: keep the pieces that languages use (`trim`), or give a language pieces of its own (`extend`).

Both take a transformers folder and text, and write a transformers folder: `adapt.trim_model`, `adapt.extend_model`.
"""
