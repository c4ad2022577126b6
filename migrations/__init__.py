"""The history of the schema, by Alembic.

Decides how each version of the database becomes the next and the one before; when that happens is
left to `bot.store.migrate`.
"""
