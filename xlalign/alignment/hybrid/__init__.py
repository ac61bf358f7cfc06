"""The statistical aligner with the similarities of an encoder inside its E-step and its decoding."""
