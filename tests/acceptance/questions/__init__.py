"""Questions about a demo world and the judge of their answers, written from `docs/demo-world.md`, never from the code.

It imports nothing of the product. Reference values come from the world's files by plain code of its own. World seeds
3000 to 3999 are for judging only: nobody develops, tunes or debugs against them (developers use 0 to 115).
"""
