"""Finished apps as spec files: seeds, documentation and tests at once."""
