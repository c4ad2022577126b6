"""The protocol's messages turned into work for a poet, and what the poet wrote into answers.

Decides what of a message must be right before it may wait in the queue, and which seed a request
without one gets; whether a poet can do what is asked is left to the poet.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from model.service.protocol import (
    CompleteRequest,
    ComposeRequest,
    Departure,
    InterpolateRequest,
    ModelAnswer,
    Parallel,
    ProsodyAnswer,
    ProsodyRequest,
    ReconstructAnswer,
    ReconstructRequest,
    Rhyme,
    Scheme,
    Tones,
    Variation,
    VerseAnswer,
    VersesAnswer,
)
from model.service.protocol import Near as NearMessage
from model.service.work import Work
from model.verse import Form, Pattern, Verse, VerseError

if TYPE_CHECKING:
    from model.poet import Explanation, Near, Plan, Poet, Written
    from model.prosody import Scheme as Followed
    from model.prosody import Tones as Marked


class InvalidRequest(Exception):
    """A field holds what no poet could read; `str()` says why."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


def compose(request: ComposeRequest) -> Work[VersesAnswer]:
    """Draws from the prior."""
    seed = _seed(request.seed)
    theme = _text("theme", request.theme)
    acrostic = _text("acrostic", request.acrostic)
    near = _place(request.form, request.near)

    def plan(poet: Poet) -> Plan[VersesAnswer]:
        written = yield from poet.composing(
            request.form,
            request.count,
            seed=seed,
            theme=theme,
            acrostic=acrostic,
            temperature=request.temperature,
            near=near and _near(*near),
        )
        return _verses(poet, written)

    return Work(request.count, request.form, plan)


def reconstruct(request: ReconstructRequest) -> Work[ReconstructAnswer]:
    """Encodes and decodes, and looks around."""
    seed = _seed(request.seed)
    verse = _verse("verse", request.verse)

    def plan(poet: Poet) -> Plan[ReconstructAnswer]:
        found = yield from poet.reconstructing(verse, request.variations, seed=seed)
        return ReconstructAnswer(
            model=poet.label,
            original=_answer(found.original),
            reconstruction=_answer(found.reconstruction),
            matched=found.matched,
            variations=[
                Variation(**dict(_answer(written)), distance=distance)
                for distance, written in found.variations
            ],
        )

    return Work(1 + request.variations, verse.form, plan)


def complete(request: CompleteRequest) -> Work[VersesAnswer]:
    """Fills what a pattern leaves open."""
    seed = _seed(request.seed)
    text = _unicode("pattern", request.pattern)
    try:
        pattern = Pattern.parse(text)
    except VerseError as error:
        raise InvalidRequest("pattern", str(error)) from None

    def plan(poet: Poet) -> Plan[VersesAnswer]:
        written = yield from poet.completing(pattern, request.count, seed=seed)
        return _verses(poet, written)

    return Work(request.count, pattern.form, plan)


def interpolate(request: InterpolateRequest) -> Work[VersesAnswer]:
    """Walks between two verses."""
    start = _verse("start", request.start)
    end = _verse("end", request.end)
    if start.form is not end.form:
        raise InvalidRequest(
            "end", f"start is a {start.form.value} and end a {end.form.value}: they must be alike"
        )

    def plan(poet: Poet) -> Plan[VersesAnswer]:
        written = yield from poet.interpolating(start, end, request.steps)
        return _verses(poet, written)

    return Work(request.steps, start.form, plan)


def prosody(request: ProsodyRequest) -> Callable[[Poet], ProsodyAnswer]:
    """Explains a verse; asks for no writing, so it need not wait for what is being written."""
    verse = _verse("verse", request.verse)

    def call(poet: Poet) -> ProsodyAnswer:
        found = poet.explain(verse)
        return ProsodyAnswer(
            model=poet.label,
            text=verse.text,
            lines=list(verse.lines),
            form=verse.form,
            tones=_tones(found.tones),
            rhyme=_rhyme(found),
            scheme=found.scheme and _scheme(verse, found.scheme),
            parallels=[
                Parallel(
                    line=pair.line,
                    place=pair.place,
                    first=pair.first,
                    second=pair.second,
                    information=pair.information,
                )
                for pair in found.parallels
            ],
            known=list(found.known),
        )

    return call


def describe(poet: Poet) -> ModelAnswer:
    """What the poet is; asks for no writing."""
    return ModelAnswer(
        model=poet.label,
        name=poet.name,
        digest=poet.digest,
        forms=list(poet.forms),
        latent_sizes=poet.latent_sizes,
        parameters=poet.parameters,
        vocabulary=poet.vocabulary_size,
        device=poet.device,
    )


def _seed(seed: int | None) -> int:
    return secrets.randbelow(2**53) if seed is None else seed


def _unicode(field: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidRequest(field, "half of a surrogate pair is no character") from None
    return text


def _text(field: str, text: str | None) -> str | None:
    return None if text is None else _unicode(field, text)


def _verse(field: str, text: str) -> Verse:
    try:
        return Verse.parse(_unicode(field, text))
    except VerseError as error:
        raise InvalidRequest(field, str(error)) from None


_Place = tuple[tuple[float, ...] | None, Verse | None, float]


def _place(form: Form, message: NearMessage | None) -> _Place | None:
    if message is None:
        return None
    if message.verse is not None:
        verse = _verse("near.verse", message.verse)
        if verse.form is not form:
            raise InvalidRequest(
                "near.verse",
                f"this is a {verse.form.value}, and what is asked for a {form.value}",
            )
        return None, verse, message.distance
    return tuple(message.latent or ()), None, message.distance


def _near(latent: tuple[float, ...] | None, verse: Verse | None, distance: float) -> Near:
    # Imported here, in the compute thread: model.poet brings torch along, which the thread of the
    # event loop must not wait for.
    from model.poet import Near  # noqa: PLC0415

    return Near(latent=latent, verse=verse, distance=distance)


def _verses(poet: Poet, written: list[Written]) -> VersesAnswer:
    return VersesAnswer(model=poet.label, verses=[_answer(one) for one in written])


def _answer(written: Written) -> VerseAnswer:
    verse = written.verse
    return VerseAnswer(
        text=verse.text,
        lines=list(verse.lines),
        form=verse.form,
        seed=written.seed,
        latent=list(written.latent),
        score=written.score,
        tones=_tones(written.tones),
        novel=written.novel,
    )


def _tones(marked: Marked) -> Tones:
    return Tones(lines=list(marked.lines), rhyme=marked.rhyme, regular=marked.regular)


def _rhyme(found: Explanation) -> Rhyme | None:
    if found.rhyme is None:
        return None
    return Rhyme(group=found.rhyme.name, section=found.rhyme.section, lines=list(found.rhyming))


def _scheme(verse: Verse, followed: Followed) -> Scheme:
    length = verse.form.line_length
    return Scheme(
        name=followed.name,
        starts_level=followed.starts_level,
        first_line_rhymes=followed.first_line_rhymes,
        departures=[
            Departure(line=i // length, place=i % length, character=verse.characters[i])
            for i in followed.departures
        ],
    )
