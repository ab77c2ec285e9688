"""Writes the demo corpus and its questions: `python -m demo.generate` from the repository root."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2  # type: ignore[import-untyped] # ships no types

from demo.figures import draw_figure, read_specs
from demo.pages import Source, read_source, set_pdf
from demo.questions import Gold, Made, read_golds
from demo.scans import scan_of, write_scan
from demo.theme import register_fonts

FOLDER = Path(__file__).parent
CONTENT = FOLDER / "content"
SUFFIXES = {"pdf": ".pdf", "png": ".png", "tiff": ".tiff"}


def main(folder: Path = FOLDER) -> None:
    """Write `corpus/`, `corpus.jsonl`, `queries.jsonl`, `qrels.tsv` and `boxes.jsonl`."""
    register_fonts()
    corpus = folder / "corpus"
    shutil.rmtree(corpus, ignore_errors=True)
    corpus.mkdir(parents=True)
    with TemporaryDirectory() as scratch:
        figures = _draw_figures(Path(scratch))
        sources = [read_source(path) for path in sorted(CONTENT.glob("*.txt"))]
        documents = {
            source.name: _make(source, figures, Path(scratch), corpus) for source in sources
        }
        golds = read_golds(CONTENT / "questions.jsonl", documents)
        _write_lines(folder / "corpus.jsonl", [_entry(s, documents, corpus) for s in sources])
    _write_golds(folder, golds)


def _draw_figures(scratch: Path) -> dict[str, Path]:
    specs = read_specs(CONTENT / "figures.json")
    figures = {name: scratch / f"{name}.png" for name in specs}
    for name, spec in specs.items():
        draw_figure(spec, figures[name])
    return figures


def _make(source: Source, figures: dict[str, Path], scratch: Path, corpus: Path) -> Made:
    clean = scratch / f"{source.name}.pdf"
    spots = set_pdf(source, figures, clean)
    scan = scan_of(source)
    if scan:
        write_scan(scan, clean, _shipped(source, corpus))
    else:
        shutil.copyfile(clean, _shipped(source, corpus))
    return Made(source.name, clean, spots, scan)


def _shipped(source: Source, corpus: Path) -> Path:
    scan = scan_of(source)
    return corpus / f"{source.name}{SUFFIXES[scan.kind if scan else 'pdf']}"


def _entry(source: Source, documents: Mapping[str, Made], corpus: Path) -> dict[str, object]:
    path = _shipped(source, corpus)
    made = documents[source.name]
    with pypdfium2.PdfDocument(made.clean) as document:
        n_pages = len(document)
    stamped = len([text for text in made.scan.stamps.values() if text]) if made.scan else 0
    content = path.read_bytes()
    return {
        "doc": source.name,
        "file": f"corpus/{path.name}",
        "title": source.head["title"],
        "lang": source.head.get("lang", "en"),
        "pages": n_pages,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "image_only_pages": n_pages - stamped if made.scan else 0,
        "source": "written for this repository",
        "licence": "CC0-1.0",
    }


def _write_golds(folder: Path, golds: Iterable[Gold]) -> None:
    golds = list(golds)
    _write_lines(folder / "queries.jsonl", [gold.query for gold in golds])
    rows = [(gold.query["query_id"], gold.doc, spot) for gold in golds for spot in gold.spots]
    qrels = "".join(f"{query}\t{doc}\t{spot.page}\t1\n" for query, doc, spot in rows)
    (folder / "qrels.tsv").write_text(f"query_id\tdoc\tpage\tscore\n{qrels}", encoding="utf-8")
    _write_lines(
        folder / "boxes.jsonl",
        [{"query_id": q, "doc": d, "page": s.page, "box": list(s.box)} for q, d, s in rows],
    )


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
