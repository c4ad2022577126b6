"""What one sees of a chat in a terminal.

Decides how a message, its buttons and a notice look on a terminal and in a pipe; when something is
shown is left to the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from bot.terminal import markup

PROMPT = "› "


class Screen:
    """Prints to a stream; `interactive` adds style, hints and a prompt."""

    def __init__(self, stream: TextIO, *, interactive: bool) -> None:
        self._stream = stream
        self.interactive = interactive

    def show(self, source: str, rows: Sequence[Sequence[str]]) -> None:
        """A message, given as Telegram's HTML, and the labels of its buttons, numbered."""
        text = markup.styled(source) if self.interactive else markup.plain(source)
        lines = [text]
        number = 0
        for row in rows:
            labels = []
            for label in row:
                number += 1
                labels.append(f"[{number}] {markup.printable(label)}")
            lines.append("  ".join(labels))
        self._print("\n".join(lines) + "\n")

    def notice(self, text: str) -> None:
        """A short line of the bot that is no message."""
        self._print(f"» {markup.printable(text)}")

    def hint(self, text: str) -> None:
        """How to use the terminal; nothing a pipe would want."""
        if self.interactive:
            self._print(f"\x1b[2m{markup.printable(text)}\x1b[0m")

    def prompt(self) -> None:
        """Asks for the next line."""
        if self.interactive:
            self._stream.write(PROMPT)
            self._stream.flush()

    def leave(self) -> None:
        """Leaves the line of the prompt to whoever comes next."""
        if self.interactive:
            self._print("")

    def _print(self, text: str) -> None:
        self._stream.write(f"{text}\n")
        self._stream.flush()
