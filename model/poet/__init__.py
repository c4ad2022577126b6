"""The poet: a trained model that composes, reconstructs, completes and interpolates verse."""

from model.poet.answers import Near, Reconstruction, Written
from model.poet.errors import BadRequest, PoetError, UnknownCharacters, UnsupportedForm
from model.poet.explanation import Explanation, Parallel
from model.poet.pieces import Piece, Plan, Ranked
from model.poet.poet import Poet
from model.poet.shipped import FLAGSHIP, load_poet
from model.poet.writing import WarmUp

__all__ = [
    "FLAGSHIP",
    "BadRequest",
    "Explanation",
    "Near",
    "Parallel",
    "Piece",
    "Plan",
    "Poet",
    "PoetError",
    "Ranked",
    "Reconstruction",
    "UnknownCharacters",
    "UnsupportedForm",
    "WarmUp",
    "Written",
    "load_poet",
]
