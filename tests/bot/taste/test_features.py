"""A verse in numbers: what is named is there, and forms can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from bot.taste import FEATURES, SIZE, describe
from model.verse import Form


def named(
    text: str, form: Form = Form.COUPLET5, *, regular: bool | None = True
) -> dict[str, float]:
    features = describe(text, form, regular=regular, latent=())
    return dict(zip([f.name for f in FEATURES], features[1:].tolist(), strict=False))


def test_what_a_reader_would_name_is_there() -> None:
    found = named("明月松间照，清泉石上流。")
    assert {name for name, value in found.items() if value} == {
        "couplet5", "moon", "trees", "regulated",
    }  # fmt: skip
    assert named("春眠不觉晓，处处闻啼鸟。")["spring"] > 0
    assert named("愁愁愁愁愁")["sorrow"] > named("愁在心上人")["sorrow"] > 0


@pytest.mark.parametrize("form", list(Form))
def test_a_form_is_its_own_alone(form: Form) -> None:
    found = named("明月", form)
    assert [other for other in Form if found[other.value]] == [form]


def test_what_nobody_knows_of_the_rules_counts_as_none() -> None:
    assert named("明月", regular=None) == named("明月", regular=False)


def test_latents_of_all_forms_cast_shadows_of_one_size() -> None:
    chance = np.random.default_rng(0)
    widths = {}
    for form in Form:
        latents = chance.standard_normal((400, form.line_count * 96))
        shadows = [
            describe("", form, regular=None, latent=tuple(latent))[1 + len(FEATURES) :]
            for latent in latents.tolist()
        ]
        widths[form] = float(np.std(shadows))
    assert max(widths.values()) < 1.1 * min(widths.values())
    assert max(widths.values()) == pytest.approx(1.0, abs=0.1)


def test_near_latents_cast_near_shadows_and_none_casts_none() -> None:
    latent = np.random.default_rng(1).standard_normal(192)
    here, near, far = (
        describe("", Form.COUPLET5, regular=None, latent=tuple(values.tolist()))
        for values in (latent, latent + 0.01, -latent)
    )
    assert np.linalg.norm(here - near) < np.linalg.norm(here - far) / 10
    assert describe("", Form.COUPLET5, regular=None, latent=()).shape == (SIZE,)
    odd = describe("", Form.COUPLET5, regular=None, latent=(1.0, 2.0, 3.0))
    assert not odd[1 + len(FEATURES) :].any()
