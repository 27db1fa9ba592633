#!/usr/bin/env python3
"""Compares an output that a page shows with what a command printed.

    scripts/shown_output.py SHOWN STDOUT STDERR

Exits 0 where SHOWN is all that the command printed: on standard output, on standard error, or on both, standard output
first. "…" in a line stands for any text, a line "…" for any number of lines, none too. Spaces at the end of a line and
empty lines before and after do not count. Otherwise it exits 1, says which shown line was not found, and what was printed.
"""
import re
import sys
from pathlib import Path

GAP = "…"


def lines_of(text):
    return [line.rstrip() for line in text.strip("\n").split("\n")] if text.strip() else []


def fits(shown, printed):
    return re.fullmatch(".*".join(re.escape(part) for part in shown.split(GAP)), printed) is not None


def blocks_of(shown):
    """The shown lines between lines "…": n gaps make n + 1 blocks, of which some may be empty."""
    blocks = [[]]
    for line in shown:
        if line.strip() == GAP:
            blocks.append([])
        else:
            blocks[-1].append(line)
    return blocks


def block_at(block, printed, place):
    return place + len(block) <= len(printed) and all(fits(s, p) for s, p in zip(block, printed[place:]))


def furthest(block, printed, begins):
    """How many lines of a block fit at the best of these places."""
    best = 0
    for place in begins:
        count = 0
        while count < len(block) and place + count < len(printed) and fits(block[count], printed[place + count]):
            count += 1
        best = max(best, count)
    return best


def mismatch(shown, printed):
    """None where `printed` is as shown, else the shown line that was not found, or that more was printed."""
    blocks, place = blocks_of(shown), 0
    for index, block in enumerate(blocks):
        last = index == len(blocks) - 1
        begins = range(place, len(printed) + 1)
        if index == 0:
            begins = [0]
        if last and index > 0:
            begins = [max(place, len(printed) - len(block))]
        found = next((begin for begin in begins if block_at(block, printed, begin)), None)
        if found is None:
            return f"not printed: {block[min(furthest(block, printed, begins), len(block) - 1)]}"
        place = found + len(block)
    return None if place == len(printed) else f"not shown: {printed[place]}"


def main():
    shown, out, err = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:4])
    printed = [lines_of(out), lines_of(err), lines_of(out) + lines_of(err)]
    why = [mismatch(lines_of(shown), lines) for lines in printed]
    if None in why:
        return 0
    print(why[2])
    print("      printed was:", *printed[2], sep="\n      ")
    return 1


if __name__ == "__main__":
    sys.exit(main())
