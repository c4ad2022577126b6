"""What everybody thinks of poems, as one relation: a row for each opinion.

Decides how nameless reactions count beside ratings that have a person: a channel's post is one
opinion, the rounded mean of its reactions. Nobody can tell who of a channel pressed a star as
well, so more voices could be heard twice; and no channel outvotes the people.
"""

from __future__ import annotations

from sqlalchemy import Subquery, func, select, union_all

from bot.store.tables import Rating, ReactionCount


def opinions() -> Subquery:
    """Opinions: `poem_id` and `stars`."""
    voices = func.sum(ReactionCount.count)
    total = func.sum(ReactionCount.stars * ReactionCount.count)
    of_channels = (
        select(ReactionCount.poem_id, ((2 * total + voices) // (2 * voices)).label("stars"))
        .group_by(ReactionCount.chat_id, ReactionCount.message_id, ReactionCount.poem_id)
        .having(voices > 0)
    )
    return union_all(select(Rating.poem_id, Rating.stars), of_channels).subquery("opinions")
