"""`tacit list | run | check | plot | sweep | cite`: the experiments from the command line."""
