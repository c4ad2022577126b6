"""What the bot's messages look like.

Decides the text and the buttons of every answer, as functions of what a use case found and of who
reads it; how a message travels is left to `bot.sending`.
"""
