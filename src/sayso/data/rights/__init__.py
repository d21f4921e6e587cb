"""What somebody sees of an app, and what they may do there. See docs/architecture.md."""
