"""AI agents that live in an app."""
