"""How much memory models at home take, which of them fit together, and who makes room for whom."""
