"""Making models: the recipe of our own small one. Needs the extra `train`; nothing that serves imports it."""
