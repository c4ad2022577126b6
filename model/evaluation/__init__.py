"""Evaluation: how tight a model's bound is, what it gives back, and how its verse compares.

`evaluate.evaluate` is the one way in; each other file measures one thing.
"""
