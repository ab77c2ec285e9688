"""Pagesight as the retriever of other people's benchmarks."""
