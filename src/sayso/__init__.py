"""Sayso: say what you need, and it is built."""

__version__ = "0.1.0"
