"""Trials over HTTP."""
