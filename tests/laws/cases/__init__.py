"""What the laws run over, a file a kind: a new class is tested by being listed, and must be."""
