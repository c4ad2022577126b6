"""Whatever Mallory has pushed to the bot: it goes on, answers, and keeps what is Vera's.

`make test` tries some of it, the same each time; `make check` some thousands, by a seed that a
failure tells and QIBU_FUZZ_SEED gives again. QIBU_FUZZ says how many.
"""

from __future__ import annotations

import os
import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from tests.bot.fuzz.conftest import Stage
from tests.bot.fuzz.updates import Forger
from tests.bot.fuzz.world import World

SEED = int(os.environ.get("QIBU_FUZZ_SEED") or random.SystemRandom().randrange(2**32))
MANY = int(os.environ.get("QIBU_FUZZ", "3000"))
pytestmark = pytest.mark.timeout(900)  # a busy machine takes minutes

quick = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
_AT_A_TIME = 5
long = settings(quick, max_examples=MANY // _AT_A_TIME, derandomize=False, phases=[Phase.generate])


async def _receives(
    world: World, fuzzed: Counter[str], data: st.DataObject, *, whole: bool
) -> None:
    forger = Forger(world)
    drawn = forger.whole() if whole else forger.broken()
    for update in data.draw(st.lists(drawn, min_size=1, max_size=_AT_A_TIME)):
        fuzzed[f"updates, {'whole' if whole else 'broken'}"] += 1
        await world.receives(update, whole=whole)
    await world.check_possessions()


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "broken"])
@quick
@given(data=st.data())
def test_whatever_is_pushed_does_no_harm(
    stage: Stage, fuzzed: Counter[str], whole: bool, data: st.DataObject
) -> None:
    stage.plays(_receives(stage.world, fuzzed, data, whole=whole))


@quick
@given(data=st.data())
def test_a_command_in_private_is_answered(stage: Stage, data: st.DataObject) -> None:
    async def ask() -> None:
        world = stage.world
        before = len(world.telegram.calls)
        await world.receives(data.draw(Forger(world).plain_command()))
        assert world.said_to(world.mallory.id, before)

    stage.plays(ask())


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "broken"])
@seed(SEED)
@long
@given(data=st.data())
def test_thousands_do_no_harm(
    stage: Stage, fuzzed: Counter[str], whole: bool, data: st.DataObject
) -> None:
    note(f"QIBU_FUZZ_SEED={SEED}")
    stage.plays(_receives(stage.world, fuzzed, data, whole=whole))
