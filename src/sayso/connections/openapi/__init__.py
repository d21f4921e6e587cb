"""Services that describe themselves by an OpenAPI document: what can be asked of them, and asking it."""

from sayso.connections.openapi.calling import Done, call
from sayso.connections.openapi.document import Document, read
from sayso.connections.openapi.operations import Operation, Parameter

__all__ = ["Document", "Done", "Operation", "Parameter", "call", "read"]
