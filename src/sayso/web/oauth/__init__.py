"""Sayso as an authorization server (OAuth 2.1) for programs that speak MCP: a member lets them in from their browser."""
