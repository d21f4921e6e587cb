"""The directory of AI models: facts with source and date."""
