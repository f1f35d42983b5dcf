"""`tacit rate`: options, commands, work, and the words in which they say what they did."""
