"""Measurements: `python -m benchmarks` runs every `bench_*.py` of this package, each against a floor of its own."""
