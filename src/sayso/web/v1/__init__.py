"""/v1: OpenAI's own addresses, answered beside FastAPI rather than through it, because every call of every program comes here."""
