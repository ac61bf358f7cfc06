"""Parallel text: sources, filters, deduplication, decontamination and the bitext artifact."""
