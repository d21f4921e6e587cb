"""A wish becomes a plan; an accepted plan becomes an app."""
