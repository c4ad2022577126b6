"""What is thought of each poem, counted as it is said, and indexes for what grows.

Revision ID: 0006
Revises: 0005

It only adds, and drops indexes that others replace. The counts are kept by triggers, so that a bot
of the version before, which goes on beside it, is counted too. SQLite changes a table by making it
anew, and would lose its triggers: a later version that does so with poems, ratings, reaction_counts
or deliveries drops them first and makes them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_moment = sa.DateTime(timezone=True)
_NEVER = "1970-01-01"
"""Before all claims; the first date there is would be sent to PostgreSQL as minus infinity."""
_STARS = ("one", "two", "three", "four", "five")
_COUNTS = ", ".join(_STARS)
_PARTIAL = {
    "ix_chats_zone_daily_at_daily_of_id": (
        "chats",
        ["zone", "daily_at", "daily_of", "id"],
        "state = 'active' AND daily_at IS NOT NULL",
    ),
    "ix_poems_seeded_created_at": ("poems", ["created_at"], "seed_text IS NOT NULL"),
    "ix_poems_withheld_text": ("poems", ["text"], "withheld"),
    "ix_standings_seen_by_average_votes_poem_id": (
        "standings",
        ["seen_by", "average", "votes", "poem_id"],
        "votes > 0",
    ),
    "ix_standings_seen_by_week_average_votes_poem_id": (
        "standings",
        ["seen_by", "week", "average", "votes", "poem_id"],
        "votes > 0",
    ),
    "ix_standings_form_week_average_score_poem_id": (
        "standings",
        ["form", "week", "average", "score", "poem_id"],
        "seen_by = 0",
    ),
    "ix_deliveries_daily_local_date": (
        "deliveries",
        ["local_date", "state"],
        "local_date IS NOT NULL",
    ),
    "ix_tastes_voice_agreed_at": ("tastes", ["agreed_at"], "voice IS NOT NULL"),
}
_WHOLE = {
    "ix_chats_kind_state": ("chats", ["kind", "state"]),
    "ix_chats_added_by": ("chats", ["added_by"]),
    "ix_deliveries_poem_id_chat_id": ("deliveries", ["poem_id", "chat_id"]),
}
_REPLACED = {
    "ix_chats_zone_daily_at": ("chats", ["zone", "daily_at"]),
    "ix_deliveries_poem_id": ("deliveries", ["poem_id"]),
}


def upgrade() -> None:
    """Add the table and what was said so far, the column, indexes, and the triggers."""
    op.add_column("chats", sa.Column("daily_of", sa.Date(), nullable=False, server_default=_NEVER))
    op.create_table(
        "standings",
        sa.Column("poem_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen_by", sa.BigInteger()),
        sa.Column("form", sa.String(16), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("created_at", _moment, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in (*_STARS, "votes")),
        sa.Column("average", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("poem_id", name="pk_standings"),
        sa.ForeignKeyConstraint(
            ["poem_id"], ["poems.id"], name="fk_standings_poem_id_poems", ondelete="CASCADE"
        ),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(_said_so_far(_week_sqlite if sqlite else _week_postgresql))
    for name, (table, columns, where) in _PARTIAL.items():
        condition = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
    for name, (table, columns) in _WHOLE.items():
        op.create_index(name, table, columns)
    for name, (table, _) in _REPLACED.items():
        op.drop_index(name, table)
    for statement in _triggers_sqlite() if sqlite else _triggers_postgresql():
        op.execute(statement)


def downgrade() -> None:
    """Drop them; the ratings stay."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in _no_triggers(sqlite=sqlite):
        op.execute(statement)
    for name, (table, columns) in _REPLACED.items():
        op.create_index(name, table, columns)
    for name, (table, *_) in (_WHOLE | _PARTIAL).items():
        if table != "standings":
            op.drop_index(name, table)
    op.drop_table("standings")
    op.drop_column("chats", "daily_of")


def _week_sqlite(moment: str) -> str:
    return f"date({moment}, 'weekday 0', '-6 days')"


def _week_postgresql(moment: str) -> str:
    return f"CAST(date_trunc('week', {moment} AT TIME ZONE 'UTC') AS date)"


def _seen_by(row: str) -> str:
    return f"CASE WHEN {row}.withheld THEN NULL WHEN {row}.public THEN 0 ELSE {row}.chat_id END"


def _votes(row: str) -> str:
    return " + ".join(f"{row}.{name}" for name in _STARS)


def _average(row: str) -> str:
    """As if five people had already given three stars."""
    total = " + ".join(f"{star} * {row}.{name}" for star, name in enumerate(_STARS, start=1))
    return f"CAST({total} + 15 AS double precision) / ({_votes(row)} + 5)"


def _opinion(total: str, voices: str) -> str:
    """A channel's one opinion: the rounded mean of its reactions."""
    return f"CASE WHEN {voices} > 0 THEN (2 * ({total}) + {voices}) / (2 * ({voices})) END"


def _said_so_far(week: object) -> str:
    assert callable(week)
    given = ", ".join(
        f"sum(CASE WHEN stars = {star} THEN 1 ELSE 0 END) AS {name}"
        for star, name in enumerate(_STARS, start=1)
    )
    known = ", ".join(f"coalesce({name}, 0) AS {name}" for name in _STARS)
    channels = (
        f"SELECT poem_id, {_opinion('sum(stars * count)', 'sum(count)')} AS stars"
        " FROM reaction_counts GROUP BY chat_id, message_id, poem_id"
    )
    return (
        f"INSERT INTO standings (poem_id, seen_by, form, week, created_at, score, {_COUNTS}, votes,"
        f" average) SELECT id, seen_by, form, week, created_at, score, {_COUNTS},"
        f" {_votes('counted')}, {_average('counted')} FROM (SELECT poems.id,"
        f" {_seen_by('poems')} AS seen_by, form, {week('created_at')} AS week, created_at, score,"
        f" {known} FROM poems LEFT JOIN (SELECT poem_id, {given} FROM (SELECT poem_id, stars FROM"
        f" ratings UNION ALL {channels}) AS opinions GROUP BY poem_id) AS given"
        " ON given.poem_id = poems.id) AS counted"
    )


def _counted(sign: str, stars: str) -> str:
    return ", ".join(
        f"{name} = {name} {sign} CASE WHEN {stars} = {star} THEN 1 ELSE 0 END"
        for star, name in enumerate(_STARS, start=1)
    )


def _heard(sign: str, row: str) -> str:
    return f"UPDATE standings SET {_counted(sign, f'{row}.stars')} WHERE poem_id = {row}.poem_id"


def _new_standing(week: str) -> str:
    return (
        f"INSERT INTO standings (poem_id, seen_by, form, week, created_at, score, {_COUNTS}, votes,"
        f" average) VALUES (NEW.id, {_seen_by('NEW')}, NEW.form, {week}, NEW.created_at, NEW.score,"
        " 0, 0, 0, 0, 0, 0, 3.0)"
    )


_SHOWN = f"UPDATE standings SET seen_by = {_seen_by('NEW')} WHERE poem_id = NEW.id"
_CLAIMED = "UPDATE chats SET daily_of = NEW.local_date WHERE id = NEW.chat_id"
_FREED = (
    "UPDATE chats SET daily_of = '1970-01-01' WHERE id = OLD.chat_id AND daily_of = OLD.local_date"
)


def _triggers_sqlite() -> list[str]:
    def trigger(name: str, when: str, *statements: str) -> str:
        return f"CREATE TRIGGER {name} {when} BEGIN {'; '.join(statements)}; END"

    def heard_of_channel(row: str, change: str) -> str:
        """The opinion of before out, that of now in; `change` undoes what changed the sums."""
        here = (
            f"FROM reaction_counts WHERE chat_id = {row}.chat_id AND message_id = {row}.message_id"
            f" AND poem_id = {row}.poem_id"
        )
        total, voices = "coalesce(sum(stars * count), 0)", "coalesce(sum(count), 0)"
        before = _opinion(
            f"{total} {change} {row}.stars * {row}.count", f"({voices} {change} {row}.count)"
        )
        now = _opinion(total, voices)
        changed = ", ".join(
            f"{name} = {name} + (SELECT CASE WHEN {now} = {star} THEN 1 ELSE 0 END"
            f" - CASE WHEN {before} = {star} THEN 1 ELSE 0 END {here})"
            for star, name in enumerate(_STARS, start=1)
        )
        return f"UPDATE standings SET {changed} WHERE poem_id = {row}.poem_id"

    return [
        trigger(
            "poems_stand", "AFTER INSERT ON poems", _new_standing(_week_sqlite("NEW.created_at"))
        ),
        trigger("poems_seen", "AFTER UPDATE OF public, withheld, chat_id ON poems", _SHOWN),
        trigger("ratings_given", "AFTER INSERT ON ratings", _heard("+", "NEW")),
        trigger("ratings_taken", "AFTER DELETE ON ratings", _heard("-", "OLD")),
        trigger(
            "ratings_changed",
            "AFTER UPDATE OF stars ON ratings",
            _heard("-", "OLD"),
            _heard("+", "NEW"),
        ),
        trigger("reactions_given", "AFTER INSERT ON reaction_counts", heard_of_channel("NEW", "-")),
        trigger("reactions_taken", "AFTER DELETE ON reaction_counts", heard_of_channel("OLD", "+")),
        trigger(
            "standings_counted",
            f"AFTER UPDATE OF {_COUNTS} ON standings",
            f"UPDATE standings SET votes = {_votes('NEW')}, average = {_average('NEW')}"
            " WHERE poem_id = NEW.poem_id",
        ),
        trigger(
            "deliveries_claimed",
            "AFTER INSERT ON deliveries WHEN NEW.local_date IS NOT NULL",
            _CLAIMED,
        ),
        trigger(
            "deliveries_freed",
            "AFTER DELETE ON deliveries WHEN OLD.local_date IS NOT NULL",
            _FREED,
        ),
    ]


def _triggers_postgresql() -> list[str]:
    def function(name: str, body: str) -> str:
        return (
            f"CREATE FUNCTION qibu_{name}() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN {body} END $$"
        )

    changed = ", ".join(f"{name} = standings.{name} + change.{name}" for name in _STARS)
    sums = ", ".join(
        f"sum(CASE WHEN now = {star} THEN 1 ELSE 0 END"
        f" - CASE WHEN before = {star} THEN 1 ELSE 0 END) AS {name}"
        for star, name in enumerate(_STARS, start=1)
    )
    # A statement may change several rows of a channel's post, and all are changed when this runs.
    channels = (
        f"UPDATE standings SET {changed} FROM (SELECT poem_id, {sums} FROM (SELECT gone.poem_id,"
        f" {_opinion('here.total', 'here.voices')} AS now,"
        f" {_opinion('here.total - gone.total', '(here.voices - gone.voices)')} AS before"
        " FROM (SELECT chat_id, message_id, poem_id,"
        " CAST(TG_ARGV[0] AS int) * sum(stars * count) AS total,"
        " CAST(TG_ARGV[0] AS int) * sum(count) AS voices"
        " FROM changed GROUP BY chat_id, message_id, poem_id) AS gone CROSS JOIN LATERAL"
        " (SELECT coalesce(sum(stars * count), 0) AS total, coalesce(sum(count), 0) AS voices"
        " FROM reaction_counts AS r WHERE r.chat_id = gone.chat_id"
        " AND r.message_id = gone.message_id AND r.poem_id = gone.poem_id) AS here) AS opinions"
        " GROUP BY poem_id) AS change WHERE standings.poem_id = change.poem_id; RETURN NULL;"
    )
    row = "FOR EACH ROW EXECUTE FUNCTION"
    return [
        function(
            "poems_stand", f"{_new_standing(_week_postgresql('NEW.created_at'))}; RETURN NULL;"
        ),
        f"CREATE TRIGGER poems_stand AFTER INSERT ON poems {row} qibu_poems_stand()",
        function("poems_seen", f"{_SHOWN}; RETURN NULL;"),
        "CREATE TRIGGER poems_seen AFTER UPDATE OF public, withheld, chat_id ON poems"
        f" {row} qibu_poems_seen()",
        function(
            "ratings_heard",
            f"IF TG_OP <> 'INSERT' THEN {_heard('-', 'OLD')}; END IF;"
            f" IF TG_OP <> 'DELETE' THEN {_heard('+', 'NEW')}; END IF; RETURN NULL;",
        ),
        "CREATE TRIGGER ratings_heard AFTER INSERT OR DELETE OR UPDATE OF stars ON ratings"
        f" {row} qibu_ratings_heard()",
        function("reactions_heard", channels),
        "CREATE TRIGGER reactions_given AFTER INSERT ON reaction_counts"
        " REFERENCING NEW TABLE AS changed FOR EACH STATEMENT"
        " EXECUTE FUNCTION qibu_reactions_heard('1')",
        "CREATE TRIGGER reactions_taken AFTER DELETE ON reaction_counts"
        " REFERENCING OLD TABLE AS changed FOR EACH STATEMENT"
        " EXECUTE FUNCTION qibu_reactions_heard('-1')",
        function(
            "standings_counted",
            f"NEW.votes := {_votes('NEW')}; NEW.average := {_average('NEW')}; RETURN NEW;",
        ),
        f"CREATE TRIGGER standings_counted BEFORE UPDATE OF {_COUNTS} ON standings"
        f" {row} qibu_standings_counted()",
        function("deliveries_claimed", f"{_CLAIMED}; RETURN NULL;"),
        "CREATE TRIGGER deliveries_claimed AFTER INSERT ON deliveries FOR EACH ROW"
        " WHEN (NEW.local_date IS NOT NULL) EXECUTE FUNCTION qibu_deliveries_claimed()",
        function("deliveries_freed", f"{_FREED}; RETURN NULL;"),
        "CREATE TRIGGER deliveries_freed AFTER DELETE ON deliveries FOR EACH ROW"
        " WHEN (OLD.local_date IS NOT NULL) EXECUTE FUNCTION qibu_deliveries_freed()",
    ]


def _no_triggers(*, sqlite: bool) -> list[str]:
    if sqlite:
        made = _triggers_sqlite()
        return [f"DROP TRIGGER {statement.split()[2]}" for statement in made]
    names = (
        "poems_stand",
        "poems_seen",
        "ratings_heard",
        "reactions_heard",
        "standings_counted",
        "deliveries_claimed",
        "deliveries_freed",
    )
    return [f"DROP FUNCTION qibu_{name}() CASCADE" for name in names]
