"""Cards: a verse as a picture that people want to post.

Decides type, paper and seal; which verse is shown, in which words and in which script is left to
the use cases.
"""

from bot.cards.faces import UndrawableCharacters
from bot.cards.painter import CardPainter
from bot.cards.request import CardRequest, Theme
from bot.cards.studio import CardStudio

__all__ = ["CardPainter", "CardRequest", "CardStudio", "Theme", "UndrawableCharacters"]
