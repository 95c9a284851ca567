"""Speed, as ratios within one run: one module per figure, printed by `python -m tests.benchmarks.loop`."""
