"""The coach's `web` process with nothing held back to spare a platform: `python -m benchmarks.support.chat_coach [METADATA]`.

Settings come from the environment. METADATA is where a stand-in for Microsoft publishes its signing keys.
"""

from __future__ import annotations

import asyncio
import sys

from bot import app as application
from bot import logs
from bot.platforms import Microsoft
from bot.process import Duties, run_process
from bot.settings import read_settings

if __name__ == "__main__":
    logs.begin("WARNING")
    app = application.build(read_settings())
    microsoft = Microsoft(sys.argv[1], "token") if sys.argv[1:] else None
    asyncio.run(run_process(app, Duties(serves=True), microsoft=microsoft, paces={}))
    app.close()
