"""A judgement is learnt from real verse and the poet's own, kept with the model, and ranks."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from torch import Tensor

from model import cli_training
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint, CheckpointError
from model.networks.vae import build
from model.poet.decoding import Choice, Rules, Sounds, chances, free, seeded
from model.poet.drafting import Drafter
from model.poet.poet import Poet
from model.poet.shipped import load_tables
from model.prosody import regular
from model.refinement import Plan, refine
from model.refinement.specimens import composed, mismatched, real
from model.verse import Form, Verse
from model.vocabulary import Vocabulary
from tests.model.repetition import repeats
from tests.model.toys import CHARACTERS

CPU = torch.device("cpu")
SHORT = Plan(verses=600, batch_size=64, layers=1)
FORMS = (Form.COUPLET5, Form.JUEJU5)


def of_taste(form: Form, count: int, seed: int) -> Tensor:
    """Regular verses of someone who likes the first characters of the vocabulary."""
    rules, generator = Rules(form, Sounds(Vocabulary(CHARACTERS), CPU)), seeded(seed, CPU)
    forced = free(count, form.size, CPU)
    patterns, drawn = rules.assign(forced, generator), chances(count, form.size, generator)
    choice = Choice(rules, forced, patterns, 1.0, drawn)
    liking = -torch.arange(len(CHARACTERS) + 1) / 6.0
    return torch.stack([choice(i, liking.expand(count, -1)) for i in range(form.size)], dim=1)


@pytest.fixture(scope="module")
def lessons(corpus: Corpus) -> Corpus:
    """A corpus of two forms, half of whose verses break the rules."""
    verses = dict(corpus.verses)
    for seed, (form, part) in enumerate((form, part) for form in FORMS for part in Part):
        kept = of_taste(form, 400, seed).numpy().astype(np.uint16)
        verses[form, part] = np.concatenate([kept, corpus.verses[form, part]])
    return dataclasses.replace(corpus, verses=verses)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    options = {"hidden_size": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1}
    options["line_latent_size"] = 4
    vocabulary = Vocabulary(CHARACTERS)
    weights = build("transformer", options, vocabulary.size).state_dict()
    path = tmp_path / "toy.safetensors"
    Checkpoint("toy", "transformer", options, vocabulary, {}, weights).save(path)
    return path


def poet_of(path: Path) -> Poet:
    return Poet(Checkpoint.load(path), "0" * 64, load_tables(), CPU, candidates=8)


def test_what_is_learnt_tells_verse_apart_and_ranks(model: Path, lessons: Corpus) -> None:
    before = Checkpoint.load(model)
    told: list[str] = []
    figures = refine(model, lessons, plan=SHORT, device=CPU, show=told.append)
    assert set(figures) == set(FORMS)
    assert all(areas.composed > 0.9 for areas in figures.values())
    assert len(told) == len(FORMS)
    after = Checkpoint.load(model)
    assert all(torch.equal(before.weights[name], w) for name, w in after.weights.items())
    poet = poet_of(model)
    liked = poet.compose(Form.COUPLET5, 24, seed=1)
    drafted = composed(Drafter(poet.model, poet.vocabulary), Form.COUPLET5, 200, 1, lambda _: None)
    places = [CHARACTERS.index(c) for one in liked for c in one.verse.characters]
    assert np.mean(places) < drafted.mean()  # of what it drafts, it keeps what is to the taste


def test_the_same_plan_learns_the_same(model: Path, lessons: Corpus, tmp_path: Path) -> None:
    other = tmp_path / "other.safetensors"
    other.write_bytes(model.read_bytes())
    plan = dataclasses.replace(SHORT, verses=64)
    for path in (model, other):
        refine(path, lessons, plan=plan, device=CPU, show=lambda _: None)
    assert model.read_bytes() == other.read_bytes()


def test_real_specimens_keep_the_rules_that_verse_is_composed_by(
    model: Path, lessons: Corpus
) -> None:
    poet = poet_of(model)
    drafter = Drafter(poet.model, poet.vocabulary)
    for form in FORMS:
        rows = real(drafter, lessons, form, Part.TRAIN, len(CHARACTERS))
        assert 100 < len(rows) <= 400
        verses = [lessons.text(form, row) for row in rows]
        assert all(regular(verse) and not repeats(verse) for verse in verses)
        parted = mismatched(drafter, form, rows, 50, 1)
        firsts, seconds = (
            {tuple(row[part].tolist()) for row in rows}
            for part in (slice(form.size // 2), slice(form.size // 2, None))
        )
        assert len(parted)
        for row in parted:
            verse = lessons.text(form, row)
            assert regular(verse)
            assert not repeats(verse)
            first, second = np.split(row, 2)
            assert tuple(first.tolist()) in firsts
            assert tuple(second.tolist()) in seconds
            assert tuple(row.tolist()) not in {tuple(known.tolist()) for known in rows}
    broken = Verse.of_characters(Form.COUPLET5, "天地玄黄宇宙洪荒日月")
    ids = torch.tensor([poet.vocabulary.encode(broken.characters)])
    assert not drafter.kept(Form.COUPLET5, ids).any()


def test_a_model_without_a_judgement_is_ranked_all_the_same(model: Path) -> None:
    assert len(poet_of(model).compose(Form.JUEJU7, 2, seed=1)) == 2


def test_where_no_real_verse_keeps_the_rules_there_is_nothing_to_learn(
    model: Path, corpus: Corpus, tmp_path: Path
) -> None:
    corpus.save(tmp_path / "corpus")
    asked = [str(model), "--corpus", str(tmp_path / "corpus"), "--verses", "8", "--device", "cpu"]
    answer = CliRunner().invoke(cli_training.refine, asked)
    assert answer.exit_code == 1
    assert "keeps the rules" in answer.output


def test_a_model_that_is_no_language_model_is_refused(lessons: Corpus, tmp_path: Path) -> None:
    options = {"hidden_size": 8, "latent_size": 4}
    vocabulary = Vocabulary(CHARACTERS)
    weights = build("gcnn", options, vocabulary.size).state_dict()
    path = tmp_path / "seed.safetensors"
    Checkpoint("seed", "gcnn", options, vocabulary, {}, weights).save(path)
    with pytest.raises(CheckpointError, match="language model"):
        refine(path, lessons, plan=SHORT, device=CPU, show=lambda _: None)
