"""What Qibu can do for a person or a chat.

Decides what happens, in the words of verse and chats; how it looks and how it travels is left to
the handlers and to whoever sends. Nothing here knows Telegram.
"""
