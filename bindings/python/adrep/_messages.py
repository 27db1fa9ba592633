"""What adrep says while it works, as Python programs expect it: lines in `logging`, progress where somebody looks."""

from __future__ import annotations

import logging
import sys
import time

logger = logging.getLogger("adrep")

_SECONDS_BETWEEN_LOGGED = 10.0


def _is_notebook() -> bool:
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return type(shell).__name__ == "ZMQInteractiveShell"


class Progress:
    """Progress of the stage that runs: one line rewritten in place on a terminal and in a notebook, else a line in the
    log every ten seconds."""

    def __init__(self) -> None:
        self.shown = True
        self._drawn = False
        self._logged = time.monotonic()

    def __call__(self, line: str) -> None:
        if self.shown and (_is_notebook() or sys.stderr.isatty()):
            if line or self._drawn:
                sys.stderr.write(f"\r\x1b[K{line}")
                sys.stderr.flush()
            self._drawn = bool(line)
        elif line and time.monotonic() - self._logged >= _SECONDS_BETWEEN_LOGGED:
            self._logged = time.monotonic()
            logger.info("%s", line)


progress = Progress()


def show_progress(shown: bool) -> None:
    """Whether a line of progress is drawn on a terminal or in a notebook; it is at first. Elsewhere, and when it is
    not drawn, `logging.getLogger("adrep")` gets it every ten seconds at level INFO."""
    progress.shown = shown


def log(level: int, text: str) -> None:
    logger.log(level, "%s", text)
