"""Model providers and embedders: each speaks one protocol and knows neither policy nor routing."""
