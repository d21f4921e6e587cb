"""Batches: a file of requests, worked off by whichever process is alive, each line asked once."""
