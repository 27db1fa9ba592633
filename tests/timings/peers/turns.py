"""Two or more programs in turns on a machine that does nothing else: what every timing of this folder goes by."""
import datetime
import os
import platform
import re
import statistics
import time
from pathlib import Path

PAUSE = 0.03  # threads of OpenMP wait actively for some 15 ms after their last work


class Busy(Exception):
    """Other work is on the machine."""


def processor_times():
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    times = list(map(int, words))
    return sum(times[:8]), times[3] + times[4]


def busy_processors(seconds=1.0):
    """How many processors work while this one sleeps."""
    (all_before, idle_before), _, (all_after, idle_after) = processor_times(), time.sleep(seconds), processor_times()
    share = 1 - (idle_after - idle_before) / max(1, all_after - all_before)
    return share * os.cpu_count()


def wait_for_calm(reading=busy_processors, patience=30, limit=0.1):
    """Raises Busy where other work does not stop. The limit is in processors."""
    seen = []
    for _ in range(patience):
        seen.append(reading())
        if seen[-1] <= limit:
            return
    raise Busy(f"other work takes {min(seen):.2f} of {os.cpu_count()} processors: stop it, or compare later")


def machine():
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.*)", text)
    return {
        "processor": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "avx512": " avx512f " in text,
        "date": datetime.date.today().isoformat(),
    }


def in_turns(contenders, turns, pause=PAUSE):
    """What each measured; another one is first in every turn."""
    found = [[] for _ in contenders]
    for turn in range(turns):
        for i in range(len(contenders)):
            place = (i + turn) % len(contenders)
            found[place].append(contenders[place].turn())
            time.sleep(pause)
    return found


def ratios(own, peer):
    """The ratio of the medians, and the smallest and the largest of a turn."""
    by_turn = [theirs["seconds"] / ours["seconds"] for ours, theirs in zip(own, peer, strict=True)]
    medians = [statistics.median(one["seconds"] for one in side) for side in (own, peer)]
    return {"ratio": medians[1] / medians[0], "lowest": min(by_turn), "highest": max(by_turn)}


def agree(own, peer, same):
    if same is None:
        return None
    return abs(own - peer) <= same * max(abs(own), abs(peer), 1e-12)


