"""People, rights, sessions and tokens."""
