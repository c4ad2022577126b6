"""The corpus of Tang and Song verse: fetched, split by poem, and encoded.

Decides which texts a poet may learn from and which are held out; what is learnt from them is left
to `model.training`.
"""
