"""The recipe of vestibule-tiny, a test and demo model trained from scratch on dialogues that we generate.

`dialogues` draws them, `chatml` lays them out, `tokenizer` and `model` are what is trained, `trainer` trains,
`artefact` writes the GGUF and `evaluate` asks llama.cpp's server. Only `model`, `trainer` and `artefact` need PyTorch
or `gguf`. It knows nothing of a running product but the prompt that the product sends.
"""
