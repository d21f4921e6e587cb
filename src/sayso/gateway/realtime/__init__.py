"""Realtime: passed through to upstreams that have it, metered answer by answer; and sessions of text on every other model."""
