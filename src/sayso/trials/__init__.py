"""The same past work on other models."""
