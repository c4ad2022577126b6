"""The poet: a trained model that composes, reconstructs, completes and interpolates verse."""

from model.poet.errors import BadRequest, PoetError, UnknownCharacters, UnsupportedForm
from model.poet.explanation import Explanation, Parallel
from model.poet.poet import Near, Poet, Reconstruction, Written
from model.poet.shipped import FLAGSHIP, load_poet
from model.poet.wanted import NotWanted, Wanted, always

__all__ = [
    "FLAGSHIP",
    "BadRequest",
    "Explanation",
    "Near",
    "NotWanted",
    "Parallel",
    "Poet",
    "PoetError",
    "Reconstruction",
    "UnknownCharacters",
    "UnsupportedForm",
    "Wanted",
    "Written",
    "always",
    "load_poet",
]
