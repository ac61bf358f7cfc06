"""The one training loop, its settings, and pretraining; import the modules, nothing is imported here."""
