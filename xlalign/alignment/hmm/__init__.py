"""The statistical aligner: IBM model 1 and an HMM with agreement and priors, in NumPy."""
