"""Rules that hold by construction, whatever a network's logits say, in every form."""

from __future__ import annotations

import pytest
import torch

from model.poet import Poet
from model.poet.decoding import Choice, Rules, Sounds, chances, free, seeded
from model.prosody import level_rhymes, regular
from model.verse import Form, Verse
from tests.model.repetition import repeats

CANDIDATES = 32
CPU = torch.device("cpu")


def written(poet: Poet, form: Form, forced: torch.Tensor, temperature: float = 1.0) -> list[Verse]:
    """Verses of a network that knows nothing: its logits are noise."""
    rules, generator = Rules(form, Sounds(poet.vocabulary, CPU)), seeded(3, CPU)
    patterns = rules.assign(forced, generator)
    drawn = chances(len(forced), form.size, generator)
    choice = Choice(rules, forced, patterns, temperature, drawn)
    shape = (len(forced), poet.vocabulary.size)
    ids = [choice(i, torch.randn(shape, generator=generator)) for i in range(form.size)]
    rows = torch.stack(ids, dim=1).tolist()
    return [Verse.of_characters(form, poet.vocabulary.decode(row)) for row in rows]


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("form", Form)
def test_noise_becomes_regular_verse_without_repetition(
    poet: Poet, form: Form, temperature: float
) -> None:
    verses = written(poet, form, free(CANDIDATES, form.size, CPU), temperature)
    for verse in verses:
        assert regular(verse)
        assert not repeats(verse)
    ids = torch.tensor([poet.vocabulary.encode(verse.characters) for verse in verses])
    assert Rules(form, Sounds(poet.vocabulary, CPU)).kept(ids).all()
    shuffled = ids[:, torch.randperm(form.size, generator=seeded(1, CPU))]
    assert not Rules(form, Sounds(poet.vocabulary, CPU)).kept(shuffled).all()


@pytest.mark.parametrize("form", [Form.JUEJU5, Form.JUEJU7])
def test_a_forced_rhyme_is_taken_up(poet: Poet, form: Form) -> None:
    forced = free(CANDIDATES, form.size, CPU)
    forced[:, -1] = poet.vocabulary.encode("楼")[0]
    for verse in written(poet, form, forced):
        assert verse.characters[-1] == "楼"
        assert level_rhymes(verse.lines[1][-1]) & level_rhymes("楼")
        assert regular(verse)


def test_a_persons_words_stand_even_where_no_rule_allows_them(poet: Poet) -> None:
    forced = free(CANDIDATES, 10, CPU)
    forced[:, :5] = torch.tensor(poet.vocabulary.encode("天天东东南"))
    for verse in written(poet, Form.COUPLET5, forced):
        assert verse.lines[0] == "天天东东南"


def test_a_character_may_be_doubled_within_a_line_and_then_no_more(poet: Poet) -> None:
    """悠悠 is a word of verse; 悠悠悠 and a 悠 in the next line are slips."""
    rules = Rules(Form.COUPLET5, Sounds(poet.vocabulary, CPU))
    forced = free(CANDIDATES, 10, CPU)
    generator = seeded(3, CPU)
    patterns, drawn = rules.assign(forced, generator), chances(CANDIDATES, 10, generator)
    choice = Choice(rules, forced, patterns, 0.0, drawn)
    liked = torch.randn(poet.vocabulary.size, generator=generator).expand(CANDIDATES, -1)
    ids = torch.stack([choice(i, liked) for i in range(10)], dim=1)
    verses = [
        Verse.of_characters(Form.COUPLET5, poet.vocabulary.decode(row)) for row in ids.tolist()
    ]
    assert any(verse.lines[0][0] == verse.lines[0][1] for verse in verses)
    assert not any(repeats(verse) for verse in verses)
