"""`tacit doctor`."""
