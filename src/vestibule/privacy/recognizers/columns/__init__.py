"""Tables: what the head of a column says is said of every cell below it."""
