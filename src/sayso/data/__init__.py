"""Where apps and rows live."""
