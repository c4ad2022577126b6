"""What is said where an update of inline mode could not be handled.

Decides that even then a list is answered, and a message that waits for its verse gets a last word;
which errors lead here is left to `bot.handlers.errors`.
"""

from __future__ import annotations

from collections.abc import Callable

from telegram import Bot, Update

from bot.fair_use import Patience
from bot.handlers.house import House
from bot.handlers.inline_visit import InlineVisit, turn
from bot.pages import inline as pages
from bot.pages import inline_buttons, talk
from bot.texts import Localised


async def ask_for_patience(patience: Patience, visit: InlineVisit) -> None:
    """To somebody who asks for more than can be answered."""
    words = talk.patience(visit.reader.say, patience.seconds, of_chat=False)
    await tell(visit.house, visit.bot, visit.update, visit.reader.say, lambda _: words)


async def tell(
    house: House, bot: Bot, update: Update, say: Localised, words: Callable[[Localised], str]
) -> None:
    """Says it in the list, in the message, or as a notice to a press. Raises TelegramError."""
    if update.inline_query is not None:
        button = pages.stumbled(say)
        await update.inline_query.answer([], cache_time=0, is_personal=True, button=button)
    elif update.callback_query is not None:
        await bot.answer_callback_query(update.callback_query.id, words(say), show_alert=True)
    elif (chosen := update.chosen_inline_result) is not None and chosen.inline_message_id:
        found = inline_buttons.WRITE.fullmatch(chosen.result_id)
        wanted = inline_buttons.read_offer(found) if found else None
        if wanted is not None:
            page = pages.failed(say, words(say), wanted)
            await turn(house, bot, chosen.inline_message_id, page)
