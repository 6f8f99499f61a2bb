"""Training as fast as two processor cores allow, and how long it took.

`graphs` trains with an epoch as one graph, `recipes` says which network is trained with which settings, and `timings`
compares what `benchmarks/contest.py` measured.
"""
