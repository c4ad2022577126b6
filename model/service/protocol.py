"""The messages of the worker's protocol, version 1.

Decides names, bounds and units of every field on the wire, for both sides; free of torch, so that
the bot can import it. What a worker does with a message is left to `model.service`.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from model.verse import Form

KEY_HEADER = "Authorization"
"""Carries `Bearer QIBU_WORKER_KEY`."""
DEADLINE_HEADER = "Qibu-Deadline-Ms"
"""Milliseconds the caller will still wait, relative to the arrival of the request."""
REQUEST_ID_HEADER = "Qibu-Request-Id"
"""Names a request in the logs of both sides."""
USER_HEADER = "Qibu-User"
"""Names, to the worker alone, on whose behalf a caller asks: callers have turns by turns."""

Seed = Annotated[int, Field(ge=0, lt=2**53)]
"""Fits a JSON number without loss."""
Count = Annotated[int, Field(ge=1, le=64)]
Distance = Annotated[float, Field(ge=0.0, le=1.0)]
LatentNumber = Annotated[float, Field(ge=-1000.0, le=1000.0)]
"""Of a standard normal distribution in most models; far less than what overflows in one."""


class Message(BaseModel):
    """A message: immutable, and no field that the protocol does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _examples(*messages: dict[str, JsonValue]) -> ConfigDict:
    """For OpenAPI: what is made up from the types alone would be refused."""
    return ConfigDict(json_schema_extra={"examples": list(messages)})


class Answer(BaseModel):
    """An answer: immutable; a reader ignores fields that a newer worker adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Near(Message):
    """A place in the latent space: of a verse, or a latent as an earlier answer gave it."""

    verse: str | None = Field(default=None, max_length=200)
    latent: list[LatentNumber] | None = Field(
        default=None,
        max_length=4096,
        description="as many numbers as GET /v1/model names for the form",
    )
    distance: Distance = Field(
        default=0.3, description="0 is the same place, 1 is anywhere: it forgets the place"
    )

    @model_validator(mode="after")
    def _one_place(self) -> Near:
        if (self.verse is None) == (self.latent is None):
            raise ValueError("give either verse or latent")
        return self


class ComposeRequest(Message):
    """Draw verses from the prior; what names a form and a count alone may have been composed
    ahead."""

    model_config = _examples(
        {"form": "jueju7"},
        {"form": "couplet5", "count": 2, "seed": 7, "theme": "明月"},
        {"form": "jueju5", "acrostic": "春夏秋冬"},
        {"form": "couplet5", "near": {"verse": "空山新雨后，天气晚来秋。", "distance": 0.3}},
    )

    form: Form = Form.COUPLET5
    count: Count = 1
    seed: Seed | None = None
    theme: str | None = Field(
        default=None, max_length=64, description="one to four characters that appear in the verse"
    )
    acrostic: str | None = Field(
        default=None, max_length=64, description="the first character of each line"
    )
    temperature: float | None = Field(default=None, gt=0.0, le=2.0)
    near: Near | None = None


class ReconstructRequest(Message):
    """Encode a verse and decode it again; variations lie at growing distances."""

    model_config = _examples({"verse": "白日依山尽，黄河入海流。", "variations": 3})

    verse: str = Field(max_length=200)
    variations: int = Field(default=0, ge=0, le=16)
    seed: Seed | None = None


class CompleteRequest(Message):
    """Fill the open characters (？) of a pattern; one line stands for the first of a couplet."""

    model_config = _examples(
        {"pattern": "白日依山尽", "count": 2}, {"pattern": "明月？？？，清风？？？"}
    )

    pattern: str = Field(max_length=200)
    count: Count = 1
    seed: Seed | None = None


class InterpolateRequest(Message):
    """Walk between two verses of one form; the end points are the verses themselves."""

    model_config = _examples(
        {"start": "白日依山尽，黄河入海流。", "end": "空山新雨后，天气晚来秋。", "steps": 5}
    )

    start: str = Field(max_length=200)
    end: str = Field(max_length=200)
    steps: int = Field(default=5, ge=2, le=16, description="verses in the answer, ends included")


class ProsodyRequest(Message):
    """Explain how a verse of any form is built."""

    model_config = _examples({"verse": "白日依山尽，黄河入海流。"})

    verse: str = Field(max_length=200)


class Tones(Answer):
    """Tone and rhyme of a verse, by 平水韵."""

    lines: list[str] = Field(description="○ level, ● oblique, ◐ either; one mark a character")
    rhyme: str | None = Field(description="the group in which the even lines rhyme, as 一东")
    regular: bool = Field(description="every line and couplet keeps the rules of regulated verse")


class VerseAnswer(Answer):
    """A verse and how it came about."""

    text: str
    lines: list[str]
    form: Form
    seed: int | None = Field(description="gives the same verse again; null where no seed does")
    latent: list[float]
    score: float = Field(description="how good the poet thinks it is; higher is better")
    tones: Tones
    novel: bool = Field(description="none of its lines stands in the corpus")


class Variation(VerseAnswer):
    """A verse near another one."""

    distance: Distance


class VersesAnswer(Answer):
    """What compose, complete and interpolate answer."""

    model: str = Field(description="name and digest of the weights, as gcnn@1a2b3c4d5e6f")
    verses: list[VerseAnswer]


class ReconstructAnswer(Answer):
    """What reconstruct answers."""

    model: str
    original: VerseAnswer
    reconstruction: VerseAnswer
    matched: float = Field(description="share of characters given back in their places, 0 to 1")
    variations: list[Variation]


class Rhyme(Answer):
    """What rhymes in a verse."""

    group: str = Field(description="as 一东, of the 106 of 平水韵")
    section: str = Field(description="上平, 下平, 上声, 去声 or 入声")
    lines: list[int] = Field(description="that end in it, from 0")


class Departure(Answer):
    """A character whose tone the scheme does not ask for."""

    line: int
    place: int
    character: str


class Scheme(Answer):
    """The regulated scheme that a verse follows."""

    name: str = Field(description="仄起仄收, 仄起平收, 平起仄收 or 平起平收")
    starts_level: bool = Field(description="平起: the second character is level")
    first_line_rhymes: bool = Field(description="平收: the first line ends level")
    departures: list[Departure]


class Parallel(Answer):
    """Two characters, one above the other in a couplet, that verse sets against each other."""

    line: int = Field(description="of the first; the second stands in the next")
    place: int
    first: str
    second: str
    information: float = Field(description="how much they tell of each other, in nats")


class ProsodyAnswer(Answer):
    """How a verse is built; lines and places count from 0."""

    model: str
    text: str
    lines: list[str]
    form: Form
    tones: Tones
    rhyme: Rhyme | None = Field(description="null where the even lines do not rhyme")
    scheme: Scheme | None = Field(description="null for verse that follows none")
    parallels: list[Parallel]
    known: list[bool] = Field(
        description="which lines stand in the corpus; of 300 new ones, one is taken for known"
    )


class ModelAnswer(Answer):
    """What a worker serves."""

    model: str
    name: str
    digest: str
    forms: list[Form]
    latent_sizes: dict[Form, int] = Field(description="numbers in a latent of each form")
    parameters: int
    vocabulary: int
    device: str


class Problem(Answer):
    """Problem details (RFC 9457); `type` is one of the constants below and never changes."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    forms: list[Form] | None = Field(default=None, description="with UNSUPPORTED_FORM")
    characters: str | None = Field(default=None, description="with UNKNOWN_CHARACTERS")
    retry_after: int | None = Field(default=None, description="seconds, as in Retry-After")


PROBLEM = "urn:qibu:problem:"
INVALID_REQUEST = PROBLEM + "invalid-request"  # 422: field, detail
UNSUPPORTED_FORM = PROBLEM + "unsupported-form"  # 422: forms
UNKNOWN_CHARACTERS = PROBLEM + "unknown-characters"  # 422: characters
WRONG_KEY = PROBLEM + "wrong-key"  # 401
TOO_MANY_REQUESTS = PROBLEM + "too-many-requests"  # 429: retry_after
BUSY = PROBLEM + "busy"  # 503: the queue is full; retry_after
NOT_READY = PROBLEM + "not-ready"  # 503: starting or draining; retry_after
DEADLINE_PASSED = PROBLEM + "deadline-passed"  # 504
NOT_FOUND = PROBLEM + "not-found"  # 404, 405
INTERNAL = PROBLEM + "internal"  # 500
