"""What counts against a thread that is watched, and what does not."""

from __future__ import annotations

from model.service.watch import Spent, Watch

LOOKS = 40
"""In ten seconds."""
ASLEEP = Spent(0.0, 0.0)


def at_work(patience: float = 3.5, usual: float = 0.0) -> Watch:
    watch = Watch(patience)
    watch.begin(usual)
    watch.look(0.25, ASLEEP)
    return watch


def looked(watch: Watch, times: int, elapsed: float = 0.25, spent: Spent | None = ASLEEP) -> bool:
    for _ in range(times):
        watch.look(elapsed, spent)
    return watch.stuck


def test_a_thread_that_shows_nothing_is_stuck_in_four_seconds() -> None:
    watch = at_work()
    assert not looked(watch, 13)
    assert looked(watch, 2)


def test_a_sign_begins_anew() -> None:
    watch = at_work()
    for _ in range(LOOKS):
        watch.beat()
        assert not looked(watch, 12)
    assert looked(watch, 4)
    watch.beat()
    assert not watch.stuck, "at once, not with the next look"


def test_a_thread_without_work_is_not_stuck() -> None:
    watch = at_work()
    assert looked(watch, LOOKS)
    watch.end()
    assert not looked(watch, LOOKS)


def test_a_thread_that_computes_without_a_sign_is_stuck() -> None:
    assert looked(at_work(), 15, spent=Spent(0.25, 0.0, waits=True))


def test_what_it_waited_for_a_core_does_not_count() -> None:
    starved = Spent(computed=0.01, waited=0.24, waits=True)
    assert not looked(at_work(), LOOKS, spent=starved)
    assert looked(at_work(), 10 * LOOKS, spent=starved), "but what it computed in between"


def test_a_wait_that_is_not_over_does_not_count_either() -> None:
    assert not looked(at_work(), LOOKS, spent=Spent(0.0, 0.0, waits=True))


def test_sleep_between_waits_counts() -> None:
    assert not looked(at_work(), LOOKS, spent=Spent(0.0, 0.2))
    assert looked(at_work(), LOOKS, spent=Spent(0.0, 0.1))


def test_looks_that_come_late_count_as_if_they_were_in_time() -> None:
    """The whole process was kept from its work, or stopped and let go on."""
    assert not looked(at_work(), 2, elapsed=60.0)
    assert not looked(at_work(), 12, elapsed=2.0)


def test_work_that_usually_takes_longer_has_as_long() -> None:
    watch = at_work(usual=8.0)
    assert not looked(watch, 31)
    assert looked(watch, 3)


def test_where_nobody_knows_of_waits_it_has_longer() -> None:
    watch = at_work()
    assert not looked(watch, 55, spent=None)
    assert looked(watch, 3, spent=None)
