"""Training: one trainer for every network, configured by a TOML file."""
