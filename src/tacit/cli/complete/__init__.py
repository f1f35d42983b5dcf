"""`tacit complete`: options, command, work, and the words in which it says what it did."""
