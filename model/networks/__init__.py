"""Networks; `vae` says what a VAE of verse is, and each other file builds one.

A network is chosen by the name of its file: `model.networks.NAME.build(options, vocabulary_size)`.
"""
