"""Task data: file formats, schemes (micro-world, folder, hub, derived), and which examples a stage reads."""
