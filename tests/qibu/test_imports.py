"""The bot loads without torch: what import-linter reads from the source, seen in a process."""

from __future__ import annotations

import subprocess
import sys

_IMPORT_THE_BOT = """
import importlib, pkgutil, sys
import bot, migrations, model.service.protocol, qibu.cli
for module in pkgutil.walk_packages(bot.__path__, "bot."):
    importlib.import_module(module.name)
unwanted = {"torch", "safetensors", "pingshui_rhyme"} & set(sys.modules)
print(*sorted(unwanted), "bot.cli" in sys.modules)
"""


def test_no_module_of_the_bot_loads_what_only_a_poet_needs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_THE_BOT], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")
