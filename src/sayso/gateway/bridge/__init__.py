"""Responses for models that only chat, and chat for those that only take responses: nothing is lost that both can say."""
