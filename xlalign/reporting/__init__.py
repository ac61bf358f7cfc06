"""Results as people read them: one table model, its renderers, plots, and one self-contained HTML page."""
