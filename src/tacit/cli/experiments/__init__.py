"""`tacit list | run | check | plot | cite`: the experiments from the command line."""
