"""What is known to be right, the judge, the intervals, and the tuning that rests on them."""
