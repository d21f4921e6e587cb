"""Responses that are kept: what follows them knows what came before, whichever model answers."""
