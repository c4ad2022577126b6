"""Inline mode: verse that people send from any chat, without leaving it.

Decides which verses are offered for a person's words, and what can be composed once it is chosen;
nothing is composed while they type. What stands in a list is left to `bot.pages.inline`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.store import PoemRecord, RatingSummary, Store
from bot.usecases.acrostic import Acrostic, HeadsUnfit, Spelled
from bot.usecases.asker import Asker
from bot.usecases.compose import MAX_THEME, Compose, Composed, ThemeTooLong, WordsUnread
from bot.usecases.form_choice import FormChoice
from bot.usecases.refusals import FormUnknown, FormUnwritten, Refusal
from bot.usecases.stock import Stock
from bot.usecases.wish import Wish, asks_for_acrostic, read_heads, read_wish
from model.verse import Form

PAGE = 20
"""Verses that are offered at a time; further down there are more."""
LIKED = 3.2
"""The smoothed average, in stars, from which on a verse is offered to whoever names no theme."""
_MOST_LIKED = 100
_LONGEST = max(form.size for form in Form)
"""No verse has more characters than that."""
_SHARED = re.compile(r"v_(?P<poem>[A-Za-z0-9_-]{12})")
_BOOKMARK = re.compile(r"(?P<skip>\d{1,6})\.(?P<up_to>\d{1,9})")
"""No number of a poem is longer; PostgreSQL looks for none that its column could not hold."""

Rated = tuple[PoemRecord, RatingSummary]


@dataclass(frozen=True)
class Offer:
    """A verse that is composed once it is chosen."""

    forms: frozenset[Form]
    """Those that would do; none stands for all."""
    characters: str
    """The theme or the heads, simplified."""
    acrostic: bool = False


@dataclass(frozen=True)
class Gone:
    """The verse that was to be shared is not there, or not for this person to share."""


Trouble = WordsUnread | ThemeTooLong | FormUnwritten | HeadsUnfit | Gone


@dataclass(frozen=True)
class Offered:
    """What there is for somebody's words."""

    verses: tuple[Rated, ...] = ()
    offer: Offer | None = None
    trouble: Trouble | None = None
    """Why there is no more."""
    further: str = ""
    """The bookmark of the next page, if there is one."""
    lasting: bool = True
    """Whether the same words would find the same for a while."""


class Inline:
    """Looks for verse, and composes what was chosen."""

    def __init__(
        self, store: Store, stock: Stock, forms: FormChoice, compose: Compose, acrostic: Acrostic
    ) -> None:
        self._store = store
        self._stock = stock
        self._forms = forms
        self._compose = compose
        self._acrostic = acrostic

    async def offer(self, user_id: int, words: str, bookmark: str = "") -> Offered:
        """What these words find, without asking the poet anything; `bookmark` is that of an
        earlier page."""
        place = await self._place(bookmark)
        if place is None:
            return Offered()
        skip, up_to = place
        if shared := _SHARED.fullmatch(words.strip()):
            return await self._shared(user_id, shared["poem"])
        if asks_for_acrostic(words):
            return _spelling(read_heads(words))
        wish = read_wish(words)
        trouble = _trouble(wish)
        if trouble is not None and not 0 < len(wish.characters) <= _LONGEST:
            return Offered(trouble=trouble)
        if wish.characters:
            found = await self._store.anthology.find(
                wish.characters, wish.forms, up_to=up_to, skip=skip, limit=PAGE + 1
            )
        else:
            found = await self._good(wish.forms, up_to)
            found = found[skip : skip + PAGE + 1]
        wanted = wish.characters or wish.forms or not found
        offer = Offer(wish.forms, wish.characters) if wanted and not trouble and not skip else None
        further = f"{skip + PAGE}.{up_to}" if len(found) > PAGE else ""
        lasting = bool(wish.characters)
        return Offered(tuple(found[:PAGE]), offer, trouble, further, lasting)

    async def write(self, asker: Asker, offer: Offer) -> Composed | Spelled | Refusal:
        """Composes what was chosen. Its chooser has sent it to others, who may see it from now on.

        Raises PoetUnavailable.
        """
        form = await self._forms.choose(offer.forms, asker.form)
        if isinstance(form, FormUnknown):
            return form
        if offer.acrostic:
            outcome: Composed | Spelled | Refusal = await self._acrostic.spell(
                asker, form, offer.characters
            )
        else:
            outcome = await self._compose.verse(asker, form, offer.characters or None)
        match outcome:
            case Composed(poem):
                await self.sent(asker.user_id, poem.public_id)
            case Spelled(_, stanzas):
                for stanza in stanzas:
                    await self.sent(asker.user_id, stanza.public_id)
        return outcome

    async def sent(self, user_id: int | None, public_id: str) -> None:
        """A person has sent a verse to others: if it is their own, it is shared by that."""
        self._stock.take(public_id)
        if user_id is not None:
            await self._store.own_poems.share(user_id, public_id)

    async def shown(self, public_id: str) -> PoemRecord | None:
        """A verse that stands in somebody's message; None if it is gone, or its maker took it
        back."""
        poem = await self._store.poems.get(public_id)
        return poem if poem is not None and (poem.public or poem.shared) else None

    async def _place(self, bookmark: str) -> tuple[int, int] | None:
        """How many verses to skip, and the newest that counts; None for no bookmark of ours."""
        if not bookmark:
            return 0, await self._store.anthology.newest()
        found = _BOOKMARK.fullmatch(bookmark)
        return (int(found["skip"]), int(found["up_to"])) if found else None

    async def _shared(self, user_id: int, public_id: str) -> Offered:
        poem = await self._store.poems.get(public_id)
        if poem is None or not (poem.public or poem.shared or poem.user_id == user_id):
            return Offered(trouble=Gone(), lasting=False)
        summary = await self._store.ratings.summary(public_id)
        return Offered(((poem, summary),), lasting=False)

    async def _good(self, forms: frozenset[Form], up_to: int) -> list[Rated]:
        """Fresh verses, and after them those that people like."""
        fresh = [
            poem
            for poem in self._stock.show()
            if poem.id <= up_to and (not forms or poem.form in forms)
        ]
        found = await self._store.anthology.still_open(fresh)
        known = {poem.id for poem, _ in found}
        liked = await self._store.anthology.liked(forms, LIKED, up_to=up_to, limit=_MOST_LIKED)
        return [*found, *(rated for rated in liked if rated[0].id not in known)]


def _trouble(wish: Wish) -> Trouble | None:
    if wish.unwritten:
        return FormUnwritten(wish.unwritten, ())
    if wish.unread:
        return WordsUnread(wish.unread)
    if len(wish.characters) > MAX_THEME:
        return ThemeTooLong(wish.characters)
    return None


def _spelling(wish: Wish) -> Offered:
    """An acrostic of one verse: a message sent from elsewhere has one keyboard, of one verse."""
    heads = wish.characters
    if wish.unwritten:
        return Offered(trouble=FormUnwritten(wish.unwritten, ()))
    forms = frozenset(
        form for form in wish.forms or frozenset(Form) if form.line_count == len(heads)
    )
    if not forms:
        return Offered(trouble=HeadsUnfit(heads))
    return Offered(offer=Offer(forms, heads, acrostic=True))
