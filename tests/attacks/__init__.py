"""Attacks: requests that are wrong on purpose, rights that are over, and what was done to others."""
