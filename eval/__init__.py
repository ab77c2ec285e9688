"""How well it does: data sets, metrics, runs, benchmarks."""
