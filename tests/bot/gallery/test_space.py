"""Neighbours in the latent space, and its map."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import numpy as np
import pytest

from bot.gallery import projection
from bot.gallery.space import NEIGHBOURS, Space
from bot.store import NewPoem, PoemRecord, Store
from model.verse import Form
from tests.bot.databases import new_poem

LINES = "明月松间照清泉石上流空山新雨后天气晚来秋"


def poem(number: int, latent: tuple[float, ...], **fields: object) -> NewPoem:
    """A couplet of its own text with a latent of two parts."""
    text = f"{LINES[number]}月松间照，清泉石上流。"
    return replace(new_poem(text), latent=latent, **fields)  # type: ignore[arg-type]


async def kept(store: Store, degrees: int, number: int, **fields: object) -> PoemRecord:
    """Both lines of its latent point there."""
    x, y = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return await store.poems.add(poem(number, (x, y, x, y), **fields))


async def test_neighbours_are_the_nearest_first_whatever_their_form(store: Store) -> None:
    quatrain = replace(
        new_poem("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"),
        form=Form.JUEJU5,
        latent=(1.0, 0.1) * 4,
    )
    far = await kept(store, 170, 0)
    near = await kept(store, 20, 1)
    long = await store.poems.add(quatrain)
    here = await kept(store, 0, 2)
    await kept(store, 0, 2)  # the same text, written twice
    found = await Space(store).neighbours(here)
    assert [poem.id for poem, _ in found] == [long.id, near.id, far.id]


async def test_of_others_poets_and_strange_latents_nothing_is_said(store: Store) -> None:
    old = await kept(store, 0, 0, model="an-old-one@0")
    await store.poems.add(poem(1, ()))
    await store.poems.add(poem(2, (0.0, 0.0, 0.0, 0.0)))
    await store.poems.add(poem(3, (1.0, 2.0, 3.0)))
    short = await store.poems.add(poem(4, (1.0, 2.0)))
    here = await kept(store, 10, 5)
    space = Space(store)
    assert await space.neighbours(old) == []
    assert await space.neighbours(here) == []
    assert await space.neighbours(short) == []
    assert [point.poem.id for point in await space.map()] == [here.id]


async def test_who_goes_is_no_neighbour_and_on_no_map_at_once(store: Store) -> None:
    await store.users.ensure(7, None)
    gone = await kept(store, 1, 0, user_id=7)
    for number in range(1, NEIGHBOURS + 3):
        await kept(store, 10 * number, number)
    here = await kept(store, 0, 15)
    space = Space(store)
    before = await space.neighbours(here)
    assert before[0][0].id == gone.id
    assert gone.id in [point.poem.id for point in await space.map()]
    await store.users.forget(7)
    after = await space.neighbours(here)
    assert len(after) == NEIGHBOURS
    assert gone.id not in [poem.id for poem, _ in after]
    assert gone.id not in [point.poem.id for point in await space.map()]


async def test_new_verse_comes_after_a_while(store: Store) -> None:
    clock = [0.0]
    space = Space(store, clock=lambda: clock[0])
    first = await kept(store, 0, 0)
    assert len(await space.map()) == 1
    second = await kept(store, 5, 1)
    assert await space.neighbours(first) == []
    clock[0] = 700.0
    assert [poem.id for poem, _ in await space.neighbours(first)] == [second.id]
    assert len(await space.map()) == 1
    clock[0] = 4000.0
    assert len(await space.map()) == 2


@pytest.mark.parametrize("count", [1, 2, 5, 40])
@pytest.mark.parametrize("installed", [True, False])
def test_every_vector_has_a_place(
    monkeypatch: pytest.MonkeyPatch, count: int, *, installed: bool
) -> None:
    if installed:
        pytest.importorskip("sklearn")
    else:
        monkeypatch.setitem(__import__("sys").modules, "sklearn.manifold", None)
    drawn = np.random.default_rng(1).standard_normal((count, 8))
    places = projection.project(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert (places >= 0).all()
    assert (places <= 1).all()
    assert len({tuple(place) for place in places.tolist()}) == count


def test_vectors_of_one_number_have_a_place_each() -> None:
    pytest.importorskip("sklearn")
    assert np.isfinite(projection.project(np.array([[1.0], [-1.0]] * 10))).all()


async def test_a_verse_shows_its_neighbours(store: Store, visitor: httpx.AsyncClient) -> None:
    near, here = await kept(store, 5, 0), await kept(store, 0, 1)
    page = (await visitor.get(f"/v/{here.public_id}")).text
    assert "隐空间里的近邻" in page
    assert re.findall(r'class="slip" href="/qibu/v/([^"]+)"', page) == [near.public_id]


async def test_the_map_in_its_colours(store: Store, visitor: httpx.AsyncClient) -> None:
    rated = await kept(store, 200, 0)
    await store.users.ensure(7, None)
    await store.ratings.rate(7, rated.public_id, 4)
    autumn = await store.poems.add(
        replace(new_poem("空山新雨后，天气晚来秋。"), latent=(0.5, 0.2, 0.5, 0.2))
    )
    for by, colours in (("season", ("c0", "c3")), ("form", ("c1", "c1")), ("stars", ("s4", "c0"))):
        page = (await visitor.get(f"/map?by={by}")).text
        found = dict(re.findall(r'href="/qibu/v/([^"]+)" class="(\w+)"', page))
        assert (found[rated.public_id], found[autumn.public_id]) == colours, by
        assert "空山新雨后，天气晚来秋。" in page
    assert (await visitor.get("/map?by=people")).status_code == 404


async def test_an_empty_map(visitor: httpx.AsyncClient) -> None:
    assert "还没有挂诗" in (await visitor.get("/map")).text
