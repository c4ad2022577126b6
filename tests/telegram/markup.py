"""Formatted text: Telegram's HTML, entities, and UTF-16 lengths.

Decides how a source text becomes a text with entities and which sources are refused; limits of
length are left to the methods.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from tests.telegram.refusals import Refusal, bad_request

_TAGS = {
    "a": "text_link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "u": "underline",
    "ins": "underline",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "span": "spoiler",
    "pre": "pre",
    "code": "code",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_CHARACTER = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot));?")
_DETECTED = {
    "bot_command": re.compile(r"(?<![\w/@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w@/])"),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z0-9_]{3,32}(?!\w)"),
    "hashtag": re.compile(r"(?<!\w)#\w*[^\W\d]\w*"),
    "url": re.compile(r"https?://[^\s<>\"，。；！？）]+"),
}


@dataclass(frozen=True)
class Entity:
    """A stretch of a text with a meaning; offset and length count UTF-16 units."""

    type: str
    offset: int
    length: int
    url: str | None = None
    language: str | None = None

    def json(self) -> dict[str, Any]:
        found = {"type": self.type, "offset": self.offset, "length": self.length}
        extra = {"url": self.url, "language": self.language}
        return found | {name: value for name, value in extra.items() if value is not None}


@dataclass(frozen=True)
class Formatted:
    """A text as people see it, with its entities."""

    text: str
    entities: tuple[Entity, ...] = ()

    def strip(self) -> Formatted:
        """Without white space at both ends, as Telegram keeps every text."""
        text = self.text.strip()
        if not text:
            return Formatted("")
        lead = utf16_length(self.text[: len(self.text) - len(self.text.lstrip())])
        end = utf16_length(text)
        kept = []
        for entity in self.entities:
            start = max(entity.offset - lead, 0)
            stop = min(entity.offset - lead + entity.length, end)
            if stop > start:
                kept.append(replace(entity, offset=start, length=stop - start))
        return Formatted(text, tuple(kept))


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def detect(text: str) -> tuple[Entity, ...]:
    """The entities Telegram finds by itself: commands, mentions, hashtags, links."""
    found = [
        Entity(kind, utf16_length(text[: match.start()]), utf16_length(match.group()))
        for kind, pattern in _DETECTED.items()
        for match in pattern.finditer(text)
    ]
    return tuple(sorted(found, key=lambda entity: entity.offset))


def read(source: str, parse_mode: str) -> Formatted:
    """A text with the entities of its markup and those Telegram finds by itself."""
    mode = parse_mode.lower()
    if mode in ("", "none"):
        formatted = Formatted(source)
    elif mode == "html":
        formatted = _Html(source).parse()
    elif mode in ("markdown", "markdownv2"):
        raise Refusal(501, "Not Implemented: the fake Bot API reads HTML, not Markdown")
    else:
        raise bad_request("unsupported parse_mode")
    formatted = formatted.strip()
    own = formatted.entities
    taken = [(e.offset, e.offset + e.length) for e in own if e.type in ("code", "pre", "text_link")]
    found = [
        e
        for e in detect(formatted.text)
        if not any(start <= e.offset < stop for start, stop in taken)
    ]
    entities = sorted([*own, *found], key=lambda e: (e.offset, -e.length))
    return Formatted(formatted.text, tuple(entities))


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int


class _Html:
    """A reader of Telegram's HTML that fails where Telegram's own fails, with its words."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text = ""
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> Formatted:
        while self.at < len(self.source):
            here = self.source[self.at]
            if here == "<":
                if self.source.startswith("</", self.at):
                    self._end_tag()
                else:
                    self._start_tag()
            else:
                self.text += self._character()
        if self.open:
            raise self._error(
                f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"', None
            )
        ordered = sorted(self.entities, key=lambda e: (e.offset, -e.length))
        return Formatted(self.text, tuple(ordered))

    def _error(self, why: str, at: int | None) -> Refusal:
        where = "" if at is None else f" at byte offset {len(self.source[:at].encode())}"
        return bad_request(f"can't parse entities: {why}{where}")

    def _character(self) -> str:
        if self.source[self.at] == "&" and (match := _CHARACTER.match(self.source, self.at)):
            by_hex, by_number, by_name = match.groups()
            self.at = match.end()
            if by_name:
                return _NAMED[by_name]
            return chr(int(by_hex, 16) if by_hex else int(by_number))
        self.at += 1
        return self.source[self.at - 1]

    def _take(self, pattern: str) -> str:
        match = re.compile(pattern).match(self.source, self.at)
        assert match is not None
        self.at = match.end()
        return match.group()

    def _ended(self) -> bool:
        return self.at >= len(self.source)

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._take(r"[^\s>]*").lower()
        if self._ended():
            raise self._error("Unclosed start tag", begin)
        if tag not in _TAGS:
            raise self._error(f'Unsupported start tag "{tag}"', begin)
        argument = ""
        while True:
            self._take(r"\s*")
            if self._ended():
                raise self._error(f'Unclosed start tag "{tag}"', begin)
            if self.source[self.at] == ">":
                self.at += 1
                break
            name, value = self._attribute(tag, begin)
            if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id")):
                argument = value
            elif (tag, name) == ("code", "class") and value.startswith("language-"):
                argument = value.removeprefix("language-")
            elif (tag, name) == ("span", "class") and value.startswith("tg-"):
                argument = value.removeprefix("tg-")
        if tag == "span" and argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, argument, utf16_length(self.text)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._take(r"[^\s=>/\"']*")
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._take(r"\s*")
        if self._ended():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        if self.source[self.at] != "=":
            return name, ""
        self.at += 1
        self._take(r"\s*")
        if self._ended():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        quote = self.source[self.at]
        if quote not in "\"'":
            token_begin = self.at
            value = self._take(r"[A-Za-z0-9.\-]*").lower()
            if not self._ended() and self.source[self.at] not in " \t\r\n>":
                raise self._error("Unexpected end of name token", token_begin)
        else:
            self.at += 1
            value = ""
            while not self._ended() and self.source[self.at] != quote:
                value += self._character()
            self.at += 1
        if self._ended():
            raise self._error("Unclosed start tag", begin)
        return name, value

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.at += 2
        tag = self._take(r"[^\s>]*")
        self._take(r"\s*")
        if self._ended() or self.source[self.at] != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        opened = self.open[-1]
        if tag and tag != opened.tag:
            at = len(self.source[:begin].encode())
            raise bad_request(
                f"can't parse entities: Unmatched end tag at byte offset {at}, "
                f'expected "</{opened.tag}>", found "</{tag}>"'
            )
        self.open.pop()
        length = utf16_length(self.text) - opened.offset
        if length == 0 or (opened.tag == "a" and not opened.argument):
            return
        url = opened.argument if opened.tag == "a" else None
        language = opened.argument or None if opened.tag == "code" else None
        self.entities.append(Entity(_TAGS[opened.tag], opened.offset, length, url, language))
