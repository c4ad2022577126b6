"""The bot in a terminal, without Telegram.

Decides how one private chat is shown, typed and piped; the bot itself is the very same Application,
which takes a terminal for Telegram.
"""

from bot.terminal.request import Person
from bot.terminal.screen import Screen
from bot.terminal.talk import PoetAsleep, person_here, talk

__all__ = ["Person", "PoetAsleep", "Screen", "person_here", "talk"]
