"""Faults on order.

Decides which request goes wrong and how; how each front end shows it is left to the front ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.telegram.refusals import Refusal

Kind = Literal[
    "refuse", "lose_answer", "swallow", "truncate", "slow", "drop", "unreachable", "html"
]
"""refuse: an error instead of the effect; lose_answer: the effect, and no answer in time; swallow:
neither; truncate: the effect, and half of the answer; slow: the effect, and the answer after a
while; drop: no effect, the connection breaks; unreachable: nothing left the caller's machine; html:
no effect, the page of a proxy."""
WITHOUT_EFFECT = frozenset({"swallow", "drop", "unreachable", "html"})
SLOW_SECONDS = 0.3

HTML_502 = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n"
    b"</body>\r\n</html>\r\n"
)


@dataclass
class Fault:
    """What happens to the next requests of a method, `times` of them, or all where it is None."""

    method: str
    kind: Kind
    times: int | None = 1
    chat_id: int | None = None
    refusal: Refusal | None = None

    def concerns(self, method: str, chat_id: str) -> bool:
        return (
            self.method.lower() == method.lower()
            and self.times != 0
            and (self.chat_id is None or str(self.chat_id) == chat_id)
        )


class Faults:
    """The faults on order, oldest first."""

    def __init__(self) -> None:
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self._ordered.append(fault)

    def take(self, method: str, chat_id: str) -> Fault | None:
        for fault in self._ordered:
            if fault.concerns(method, chat_id):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        self._ordered.clear()
