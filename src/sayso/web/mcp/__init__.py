"""Sayso as a server of the Model Context Protocol: what the workspace has, as tools for other people's agents."""
