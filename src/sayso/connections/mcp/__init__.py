"""Servers of the Model Context Protocol that the workspace is connected to: what tools they have, and how one is called."""

from sayso.connections.mcp.calling import Result, call
from sayso.connections.mcp.looking import look
from sayso.connections.mcp.tools import Server, Tool

__all__ = ["Result", "Server", "Tool", "call", "look"]
