"""Traces of calls for OpenTelemetry, when `SAYSO_TRACES` names a collector (OTLP over HTTP) and the extra `[otel]` is installed.

Names after OpenTelemetry's conventions for generative AI (semantic conventions 1.37). Nothing that was said is part of a trace.
"""

import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sayso.errors import Unavailable

if TYPE_CHECKING:
    from sayso.gateway.entry import Entry

OPERATIONS = {"chat/completions": "chat", "completions": "text_completion", "embeddings": "embeddings", "responses": "chat"}


class Traces:
    """One span a call, made when it has ended; sent in batches by a thread of OpenTelemetry's own."""

    def __init__(self, collector: str) -> None:
        """Raises `Unavailable` when the extra is not installed."""
        try:
            sdk: Any = import_module("opentelemetry.sdk.trace")
            export: Any = import_module("opentelemetry.sdk.trace.export")
            resources: Any = import_module("opentelemetry.sdk.resources")
            otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
            self._status: Any = import_module("opentelemetry.trace").Status
            self._codes: Any = import_module("opentelemetry.trace").StatusCode
        except ImportError:
            raise Unavailable("SAYSO_TRACES needs OpenTelemetry: install sayso[otel].") from None
        self._provider: Any = sdk.TracerProvider(resource=resources.Resource.create({"service.name": "sayso-gateway"}))
        exporter = otlp.OTLPSpanExporter(endpoint=collector.rstrip("/") + "/v1/traces")
        self._provider.add_span_processor(export.BatchSpanProcessor(exporter))
        self._tracer: Any = self._provider.get_tracer("sayso.gateway")

    def ended(self, entry: "Entry", status: int, error: str | None) -> None:
        end = time.time_ns()
        operation = OPERATIONS.get(entry.call.endpoint, entry.call.endpoint)
        told: dict[str, Any] = {
            "gen_ai.operation.name": operation,
            "gen_ai.provider.name": entry.route.provider.kind,
            "gen_ai.request.model": entry.asked,
            "gen_ai.response.model": entry.meter.model or entry.route.model,
            "gen_ai.usage.input_tokens": entry.tokens.input,
            "gen_ai.usage.output_tokens": entry.tokens.output,
            "http.response.status_code": status,
            "sayso.call": f"req_{entry.id}",
            "sayso.attempts": entry.attempts,
        }
        if entry.cost is not None:
            told["sayso.cost"] = float(entry.cost)
        span = self._tracer.start_span(f"{operation} {entry.asked}", start_time=end - int(entry.seconds * 1e9), attributes=told)
        if error is not None:
            span.set_status(self._status(self._codes.ERROR, error[:300]))
        span.end(end)

    def close(self) -> None:
        self._provider.shutdown()
