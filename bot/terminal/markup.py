"""Telegram's HTML as text for a terminal.

Decides how bold, italic and the like look, or that they do not show; where the text is printed is
left to the screen.
"""

from __future__ import annotations

from html.parser import HTMLParser

_STYLES = {
    "b": "1",
    "strong": "1",
    "i": "3",
    "em": "3",
    "u": "4",
    "ins": "4",
    "s": "9",
    "strike": "9",
    "del": "9",
    "code": "2",
    "pre": "2",
    "tg-spoiler": "7",
}
_PLAIN = "\x1b[0m"


def plain(source: str) -> str:
    """The text without its markup."""
    return _read(source, styled=False)


def styled(source: str) -> str:
    """The text with its markup as ANSI escapes."""
    return _read(source, styled=True)


def printable(text: str) -> str:
    """The text without control characters: what people type must not steer the terminal."""
    return "".join(c for c in text if c in "\n\t" or not (ord(c) < 32 or 127 <= ord(c) < 160))


def _read(source: str, *, styled: bool) -> str:
    reader = _Reader(styled=styled)
    reader.feed(source)
    reader.close()
    return "".join(reader.parts).strip()


class _Reader(HTMLParser):
    def __init__(self, *, styled: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._styled = styled
        self._open: list[str] = []
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        self._open.append(tag)
        self._restyle()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._links:
            self.parts.append(f" ({printable(self._links.pop())})")
        if tag in self._open:
            self._open.remove(tag)
        self._restyle()

    def handle_data(self, data: str) -> None:
        self.parts.append(printable(data))

    def _restyle(self) -> None:
        if self._styled:
            codes = [_STYLES[tag] for tag in self._open if tag in _STYLES]
            self.parts.append(_PLAIN + (f"\x1b[{';'.join(codes)}m" if codes else ""))
