"""Which files can be read as text."""

READABLE = frozenset(
    (
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.oasis.opendocument.text",
        "text/plain",
        "text/html",
        "text/markdown",
        "text/csv",
        "text/tab-separated-values",
        "application/json",
    )
)
