"""What operators see of a running bot: its numbers, its log, and whether it is well.

Decides what is counted, and where; that anybody looks is left to QIBU_METRICS_LISTEN.
"""

from bot.observe.application import build_observed
from bot.observe.metrics import Metrics
from bot.observe.pages import observed

__all__ = ["Metrics", "build_observed", "observed"]
