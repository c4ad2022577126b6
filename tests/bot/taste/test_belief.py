"""What is learnt from stars: against the closed form, and as a chat would notice it."""

from __future__ import annotations

import numpy as np
import pytest

from bot.taste import SIZE, Belief, Evidence, Population, Prior, Voice, choose, describe
from bot.taste.choice import craft
from bot.taste.features import FEATURES, Floats
from model.verse import Form

MOON = "明月松间照，清泉石上流。"
WAR = "黄沙百战穿金甲，不破楼兰终不还。"


def verse(text: str, form: Form = Form.COUPLET5, latent: tuple[float, ...] = ()) -> Floats:
    return describe(text, form, regular=True, latent=latent)


def after(*rated: tuple[str, int], times: int = 1) -> Belief:
    ratings = [(verse(text), stars) for text, stars in rated] * times
    return Belief(Prior.neutral(), Evidence.of(ratings))


def weight(belief: Belief, name: str) -> float:
    return belief.liking()[name].stars


def test_the_mean_is_that_of_ridge_regression() -> None:
    chance = np.random.default_rng(0)
    features, stars = chance.standard_normal((5, SIZE)), [1, 5, 4, 2, 3]
    belief = Belief(Prior.neutral(), Evidence.of(zip(features, stars, strict=True)))
    before = Belief(Prior.neutral(), Evidence.none()).precision
    weights = np.array([0.985**age for age in (4, 3, 2, 1, 0)])
    aims = np.array(stars) - 3.0
    expected = np.linalg.solve(
        before + (features.T * weights) @ features, (features.T * weights) @ aims
    )
    np.testing.assert_allclose(belief.mean, expected)


def test_draws_scatter_as_the_posterior_does() -> None:
    belief = after((MOON, 5), (WAR, 1), times=4)
    chance = np.random.default_rng(1)
    drawn = np.stack([belief.draw(chance) for _ in range(4000)])
    np.testing.assert_allclose(drawn.mean(0), belief.mean, atol=0.05)
    shares = drawn.std(0) / belief.deviation
    np.testing.assert_allclose(shares, shares.mean(), rtol=0.06)


def test_what_gets_many_stars_is_liked_and_what_gets_few_is_not() -> None:
    belief = after((MOON, 5), (WAR, 1), times=6)
    assert weight(belief, "moon") > 0.2
    assert weight(belief, "frontier") < -0.2
    sure = belief.liking()
    assert sure["moon"].liked > 0.9
    assert sure["frontier"].liked < 0.1
    assert sure["wine"].liked == pytest.approx(0.5)


def test_who_rates_more_is_known_better() -> None:
    few, many = after((MOON, 4)), after((MOON, 4), times=20)
    assert (many.deviation <= few.deviation + 1e-12).all()
    moon = 1 + [feature.name for feature in FEATURES].index("moon")
    assert many.deviation[moon] < few.deviation[moon]


def test_tastes_may_change() -> None:
    ratings = [(verse(MOON), 5)] * 40 + [(verse(MOON), 1)] * 40
    assert weight(Belief(Prior.neutral(), Evidence.of(ratings)), "moon") < 0


def test_the_verse_that_is_liked_is_chosen_mostly_but_not_always() -> None:
    described, chance = np.stack([verse(MOON), verse(WAR)]), np.random.default_rng(2)
    sure, unsure = after((MOON, 5), (WAR, 1), times=10), after((MOON, 4), (WAR, 3))
    chosen = [choose(sure, described, np.zeros(2), chance) for _ in range(50)]
    assert chosen == [0] * 50
    chosen = [choose(unsure, described, np.zeros(2), chance) for _ in range(200)]
    assert 100 < chosen.count(0) < 200


def test_without_any_star_the_better_verse_is_chosen_more_often() -> None:
    described, chance = np.stack([verse(MOON), verse(MOON)]), np.random.default_rng(3)
    nobody = Belief(Prior.neutral(), Evidence.none())
    chosen = [choose(nobody, described, craft([0.0, 1.0]), chance) for _ in range(50)]
    assert chosen == [1] * 50


def test_evidence_is_kept_and_read_again() -> None:
    evidence = after((MOON, 5), (WAR, 2)).evidence
    again = Evidence.from_bytes(evidence.to_bytes(), evidence.ratings)
    np.testing.assert_array_equal(again.precision, evidence.precision)
    np.testing.assert_array_equal(again.pull, evidence.pull)
    with pytest.raises(ValueError, match="another size"):
        Evidence.from_bytes(evidence.to_bytes()[8:], 2)


def test_no_chat_can_steer_what_all_are_shown() -> None:
    quiet = Voice.of(after((MOON, 4)).evidence)
    loud = Voice.of(after((WAR, 5), times=300).evidence)
    voices = [quiet] * 50
    before, with_one = Population.of(voices), Population.of([*voices, loud])
    assert np.abs(with_one.mean - before.mean).max() <= 1 / len(voices)
    moon, war = verse(MOON), verse(WAR)
    assert with_one.stars(np.stack([moon]))[0] > with_one.stars(np.stack([war]))[0]
    many = Population.of([*voices, *[loud] * 200])
    assert many.stars(np.stack([war]))[0] > many.stars(np.stack([moon]))[0]


def test_a_new_chat_is_believed_to_like_what_most_do() -> None:
    crowd = Population.of([Voice.of(after((MOON, 5), (WAR, 1), times=5).evidence)] * 100)
    newcomer = Belief(crowd.prior, Evidence.none())
    assert weight(newcomer, "moon") > 0 > weight(newcomer, "frontier")
    contrary = Evidence.of([(verse(MOON), 1), (verse(WAR), 5)] * 20)
    assert weight(Belief(crowd.prior, contrary), "moon") < 0
    assert Population.of([]).prior.mean.tolist() == [0.0] * SIZE


def test_a_voice_is_kept_and_read_again() -> None:
    voice = Voice.of(after((MOON, 5)).evidence)
    again = Voice.from_bytes(voice.to_bytes())
    np.testing.assert_allclose(again.weights, voice.weights, atol=1e-6)
    with pytest.raises(ValueError, match="another size"):
        Voice.from_bytes(b"\0" * 8)
