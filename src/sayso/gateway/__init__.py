"""The one door to AI models."""
