"""What a chat likes, learnt from its stars.

Decides how a verse is described in numbers and what stars say of them; who agreed to be learnt
from, and where it is kept, is left to the use cases and the store.
"""

from bot.taste.belief import Belief, Evidence, Liking, Prior
from bot.taste.choice import choose
from bot.taste.features import FEATURES, SIZE, Feature, describe
from bot.taste.population import Population, Voice

__all__ = [
    "FEATURES",
    "SIZE",
    "Belief",
    "Evidence",
    "Feature",
    "Liking",
    "Population",
    "Prior",
    "Voice",
    "choose",
    "describe",
]
