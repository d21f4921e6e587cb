"""The Assistants API, which OpenAI ended in August 2026, on top of responses: programs written for it go on working, on any model."""
