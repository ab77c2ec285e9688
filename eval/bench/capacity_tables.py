"""The tables of `pagesight bench capacity`, in Markdown, as the page on scaling has them."""

from collections.abc import Iterable, Iterator, Sequence

from eval.bench.capacity import GIB, Node, PageSizes, Waiting
from eval.bench.shards import MANY, ShardCost

TIB = 1 << 40


def sizes_table(sizes: Iterable[PageSizes], node: Node) -> Iterator[str]:
    """Yield what a page of each encoder takes, and how many a node holds."""
    yield from _head(
        "encoder",
        "rows x dim",
        "Qdrant disk KB",
        "Qdrant memory KB",
        "as int8 too KB",
        "sidecar KB",
        "of it memory KB",
        "pages a Qdrant node",
        "pages an API node",
    )
    for one in sizes:
        yield _row(
            one.encoder.rpartition("/")[2],
            f"{one.rows:,} x {one.dim}",
            *(
                f"{size / 1000:,.0f}"
                for size in (one.stored, one.pooled, one.scalar, one.sidecar, one.packed)
            ),
            f"{one.pages_on_qdrant(node) / 1e6:.2f} M",
            f"{one.pages_on_sidecar(node) / 1e6:.2f} M",
        )


def totals_table(one: PageSizes, n_pages: int, replicas: int, node: Node) -> Iterator[str]:
    """Yield what a collection takes in all."""
    nodes = -(-n_pages * replicas // one.pages_on_qdrant(node))
    yield from _head("part", f"{n_pages:,} pages")
    yield _row(f"Qdrant nodes, {replicas} replicas", f"{nodes:,} with {nodes * node.cores:,} cores")
    yield _row("Qdrant disk", f"{replicas * n_pages * (one.stored + one.pooled) / TIB:,.1f} TiB")
    yield _row("Qdrant memory", f"{replicas * n_pages * one.pooled / GIB:,.0f} GiB")
    yield _row("originals, pictures, words", f"{n_pages * one.blobs / TIB:,.1f} TiB in S3")
    yield _row("PostgreSQL", f"{n_pages * one.catalog / GIB:,.0f} GiB")


def waiting_table(found: Sequence[Waiting]) -> Iterator[str]:
    """Yield how long a question takes on each plan at each load."""
    yield from _head(
        "shards x replicas",
        "pages a shard",
        "core ms a shard",
        "load",
        "questions/s",
        "p50",
        "p95",
    )
    for one in found:
        yield _row(
            f"{one.plan.shards:,} x {one.plan.replicas}",
            f"{one.plan.shard_pages:,}",
            f"{one.work.mean:,.0f} (at most {one.slower.mean:,.0f})",
            f"{one.load:.0%}",
            f"{one.per_s:,.1f}",
            f"{one.p50_ms:,.0f} ms",
            f"{one.p95_ms:,.0f} ms",
        )


def shards_table(found: Iterable[ShardCost]) -> Iterator[str]:
    """Yield what a question costs shards of several sizes."""
    yield from _head(
        "pages",
        "pooled rows",
        "scan, CPU ms",
        "graph, CPU ms",
        f"graph, {MANY} scored",
        "looked at",
        "build, CPU ms a page",
    )
    for one in found:
        yield _row(
            f"{one.n_pages:,}",
            str(one.n_pooled),
            *(
                f"{s.median:.1f} ({s.lower:.1f} to {s.upper:.1f})"
                for s in (one.scan, one.graph, one.deep)
            ),
            f"{one.looked_at:,.0f}",
            f"{one.build_ms:.1f}",
        )


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield _row(*("---" for _ in names))


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
