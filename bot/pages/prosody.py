"""The prosody of a verse, as a reader of verse would write it beside the lines.

Decides how tones, scheme, rhyme and pairs are shown and named; what they are is the poet's.
"""

from __future__ import annotations

from itertools import groupby

from bot.pages import buttons
from bot.pages.page import Page, Reader, stack
from bot.pages.verse import below, form_name, titled
from bot.texts import Html
from bot.usecases.prosody import Explained
from model.service.protocol import Parallel, ProsodyAnswer, Scheme

_WIDE_SPACE = "\u3000"
_FEET = {5: (0, 0, 1, 1, 1), 7: (0, 0, 1, 1, 2, 2, 2)}
"""The part of a line to which each place belongs, by the line's length: readers pause between."""

_SCHEMES = {
    (True, True): "prosody.level_rhymed",
    (True, False): "prosody.level_unrhymed",
    (False, True): "prosody.oblique_rhymed",
    (False, False): "prosody.oblique_unrhymed",
}
"""By whether the verse starts level, and whether its first line rhymes."""


def explained(reader: Reader, found: Explained) -> Page:
    """In the place of the verse, with the same buttons."""
    made, prosody = found.viewed.poem, found.prosody
    title = titled(reader, found.viewed)
    form = form_name(reader.say, made.form)
    blocks = [
        *([] if title is None else [title]),
        _lines(reader, prosody),
        reader.say("prosody.title", form=form),
        *findings(reader, prosody),
        reader.say("prosody.marks"),
    ]
    more = below(reader.say, found.viewed, explained=True)
    return Page(
        stack(blocks),
        buttons.rating(reader.say, {made.public_id: found.viewed.summary}, more),
        (made.public_id,),
    )


def findings(reader: Reader, prosody: ProsodyAnswer) -> list[Html]:
    """Scheme, rhyme, pairs, and which lines are known."""
    return [
        _scheme(reader, prosody),
        _rhyme(reader, prosody),
        _parallels(reader, prosody),
        _known(reader, prosody),
    ]


def _lines(reader: Reader, prosody: ProsodyAnswer) -> Html:
    """Each line with its tones; what rhymes is bold."""
    rhyming = prosody.rhyme.lines if prosody.rhyme else []
    rows = []
    for number, (line, tones) in enumerate(zip(prosody.lines, prosody.tones.lines, strict=True)):
        shown = reader.han(line)
        if number in rhyming:
            shown = f"{shown[:-1]}<b>{shown[-1:]}</b>"
        rows.append(f"{shown}{_WIDE_SPACE}{tones}")
    return Html(f"<blockquote>{chr(10).join(rows)}</blockquote>")


def _scheme(reader: Reader, prosody: ProsodyAnswer) -> Html:
    say, scheme = reader.say, prosody.scheme
    if scheme is None:
        return say("prosody.ancient")
    how = say(_SCHEMES[scheme.starts_level, scheme.first_line_rhymes])
    text = say("prosody.scheme", name=reader.han(scheme.name), how=how)
    return Html(f"{text}\n{_departures(reader, scheme)}") if scheme.departures else text


def _departures(reader: Reader, scheme: Scheme) -> Html:
    say = reader.say
    places = [
        say.plain("prosody.departure", character=reader.han(one.character), line=one.line + 1)
        for one in scheme.departures
    ]
    return say("prosody.departures", n=len(places), places=say.all(places))


def _rhyme(reader: Reader, prosody: ProsodyAnswer) -> Html:
    rhyme = prosody.rhyme
    if rhyme is None:
        return reader.say("prosody.no_rhyme")
    ends = reader.say.all([reader.han(prosody.lines[line][-1]) for line in rhyme.lines])
    section, group = reader.han(rhyme.section), reader.han(rhyme.group)
    return reader.say("prosody.rhyme", section=section, group=group, characters=ends)


def _parallels(reader: Reader, prosody: ProsodyAnswer) -> Html:
    """The pairs of couplets that are parallel for the most part; a pair or two come by chance."""
    couplets = [
        _pairs(reader, pairs, len(prosody.lines[0]))
        for _, group in groupby(prosody.parallels, key=lambda pair: pair.line)
        if len(pairs := list(group)) * 2 > len(prosody.lines[0])
    ]
    if not couplets:
        return reader.say("prosody.no_parallels")
    return reader.say("prosody.parallels", pairs="\n".join(couplets))


def _pairs(reader: Reader, pairs: list[Parallel], length: int) -> str:
    """What stands side by side within a part of the line, together."""
    return " · ".join(
        reader.han("".join(pair.first for pair in run))
        + "–"
        + reader.han("".join(pair.second for pair in run))
        for _, foot in groupby(pairs, key=lambda pair: _FEET[length][pair.place])
        for run in _runs(list(foot))
    )


def _runs(pairs: list[Parallel]) -> list[list[Parallel]]:
    """Pairs that stand side by side, together."""
    runs: list[list[Parallel]] = []
    for pair in pairs:
        if runs and runs[-1][-1].place == pair.place - 1:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _known(reader: Reader, prosody: ProsodyAnswer) -> Html:
    lines = [
        reader.han(line) for line, known in zip(prosody.lines, prosody.known, strict=True) if known
    ]
    if not lines:
        return reader.say("prosody.new")
    return reader.say("prosody.known", n=len(lines), lines=reader.say.all(lines))
