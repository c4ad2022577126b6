"""The program `qibu`: one command line for the bot, the worker and the poet's workshop."""
