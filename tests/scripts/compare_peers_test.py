#!/usr/bin/env python3
"""What scripts/compare_peers.sh computes of its turns, without the programs that it times."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "timings" / "peers"))
import cases  # noqa: E402
import compare  # noqa: E402
import turns  # noqa: E402
from comparison_table import lines_of, markdown  # noqa: E402
from prediction_race import without_places  # noqa: E402


class Contender:
    """Answers with given seconds and notes when it was its turn."""

    def __init__(self, name, seconds, log, value=1.0):
        self.name, self.version, self.seconds, self.log, self.value = name, "1", list(seconds), log, value

    def turn(self):
        self.log.append(self.name)
        return {"seconds": self.seconds.pop(0), "value": self.value, "peak_bytes": 10**8}

    def end(self):
        self.log.append(f"end of {self.name}")


class CompareTest(unittest.TestCase):
    def test_contenders_take_turns_and_another_one_is_first_each_time(self):
        log = []
        turns.in_turns([Contender("a", [1, 1, 1], log), Contender("b", [1, 1, 1], log)], 3, pause=0)
        self.assertEqual(log, ["a", "b", "b", "a", "a", "b"])

    def test_a_ratio_is_that_of_the_medians_with_the_turns_extremes(self):
        own, peer = ([{"seconds": value} for value in side] for side in ([1, 2, 10], [3, 8, 5]))
        self.assertEqual(turns.ratios(own, peer), {"ratio": 2.5, "lowest": 0.5, "highest": 4})

    def test_a_row_has_a_line_for_each_peer(self):
        log = []
        row = compare.Row("PRO", "aupro", ["p", "q"], same=1e-5)
        sides = [Contender("adrep", [1, 1], log), Contender("p", [2, 2], log, value=1.00001), Contender("q", [3, 3], log, 1.1)]
        lines = lines_of(row, sides, turns.in_turns(sides, 2, pause=0))
        self.assertEqual([line["ratio"] for line in lines], [2, 3])
        self.assertEqual([line["same_values"] for line in lines], [True, False])
        keys = ("median", "percentile_99", "together", "first_score", "peak_bytes")
        given = {"name": "p", "command": ["/somewhere/p"], "seconds": {}, **dict.fromkeys(keys, 2e6)}
        race = without_places({"contenders": [{**given, "times_the_first": dict.fromkeys(keys, 1.5)}]})
        table = markdown([*lines, {"row": "a race", "race": race}])
        self.assertEqual(len(table.splitlines()), 8)
        self.assertIn("2 MB (1.50 ×)", table)
        self.assertNotIn("somewhere", str(race))
        self.assertIn("| PRO | q 1 | 3.00 s | 1.00 s | 3.00 × | 3.00 to 3.00 × | 100 MB | 100 MB | 1.1, 1 |", table)

    def test_values_that_cannot_be_compared_are_not(self):
        self.assertIsNone(turns.agree(1, 2, None))
        self.assertTrue(turns.agree(0, 0, 1e-6))

    def test_other_work_is_waited_for_and_then_refused(self):
        readings = iter([1.0, 0.5, 0.05])
        turns.wait_for_calm(reading=lambda: next(readings))
        with self.assertRaisesRegex(turns.Busy, "other work takes 0.40 of"):
            turns.wait_for_calm(reading=iter([0.4, 0.7]).__next__, patience=2)

    def test_work_of_this_machine_is_measured(self):
        self.assertGreaterEqual(turns.busy_processors(0.05), 0)

    def test_every_case_is_in_a_row_and_every_row_has_its_cases(self):
        named = {peer for row in compare.ROWS if ":" not in row.own or row.own.startswith("run:") for peer in row.peers}
        self.assertEqual({peer for peer in named if not peer.startswith("own:")}, set(cases.CASES))


if __name__ == "__main__":
    unittest.main()
