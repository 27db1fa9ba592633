#!/usr/bin/env python3
"""parts_test.py TESTS: the parts of the test program (--part K/N) are together all of its tests, each once."""
import subprocess
import sys

SELECTIONS = {"~[.]~[golden]~[slow]~[cli]": (1, 4), "[cli]": (2, 7)}


def names(selection, *options):
    """The tests that are selected; Catch2's exit code here is their number, or 255."""
    words = [sys.argv[1], selection, "--list-test-names-only", *options]
    return subprocess.run(words, capture_output=True, text=True, timeout=60).stdout.splitlines()


def main():
    for selection, counts in SELECTIONS.items():
        whole = sorted(names(selection))
        assert whole
        for count in counts:
            parts = [names(selection, "--part", f"{k}/{count}") for k in range(1, count + 1)]
            assert sorted(sum(parts, [])) == whole, f"{selection}: {count} parts are not all tests once"
            sizes = [len(part) for part in parts]
            assert max(sizes) - min(sizes) <= 1, f"{selection}: {count} parts of {sizes} tests"
    for wrong in ("0/2", "3/2", "1", "1/2x", "-1/2"):
        result = subprocess.run([sys.argv[1], "--part", wrong], capture_output=True, text=True, timeout=60)
        assert result.returncode == 2 and "--part" in result.stderr, f"--part {wrong}: {result.returncode}"
    nothing = subprocess.run([sys.argv[1], "[nothing is called so]", "--part", "1/2"], capture_output=True, text=True, timeout=60)
    assert nothing.returncode != 0, "a part without a test passes"


main()
