#!/usr/bin/env python3
"""What scripts/shown_output.py takes for the output that a page shows."""
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from shown_output import lines_of, mismatch  # noqa: E402

PRINTED = ["class   AUROC", "fabric   98.1", "metal    97.0", "", "1 cell in 1.9 s"]


class ShownOutput(unittest.TestCase):
    def test_the_whole_output_is_as_shown(self):
        self.assertIsNone(mismatch(PRINTED, PRINTED))

    def test_a_missing_line_is_noticed_wherever_it_stood(self):
        for missing in range(len(PRINTED)):
            shown = PRINTED[:missing] + PRINTED[missing + 1:]
            self.assertIsNotNone(mismatch(shown, PRINTED), shown)

    def test_another_value_is_noticed_and_named(self):
        shown = ["class   AUROC", "fabric   98.2", "…"]
        self.assertEqual(mismatch(shown, PRINTED), "not printed: fabric   98.2")

    def test_lines_that_are_not_shown_are_named(self):
        self.assertEqual(mismatch(PRINTED[:2], PRINTED), "not shown: metal    97.0")

    def test_a_list_that_has_grown_is_noticed(self):
        shown = ["expected padim|patchcore"]
        self.assertIsNotNone(mismatch(shown, ["expected cflow|padim|patchcore"]))

    def test_what_varies_is_left_open(self):
        self.assertIsNone(mismatch(["class   AUROC", "fabric   98.1", "metal    97.0", "", "1 cell in … s"], PRINTED))
        self.assertIsNotNone(mismatch(["…", "2 cells in … s"], PRINTED))

    def test_a_line_of_three_dots_stands_for_any_number_of_lines(self):
        for shown in (["…"], ["…", PRINTED[-1]], [PRINTED[0], "…"], [PRINTED[0], "…", PRINTED[-1]],
                      ["…", "metal    97.0", "…"], ["…", *PRINTED, "…"]):
            self.assertIsNone(mismatch(shown, PRINTED), shown)

    def test_blocks_keep_their_order_and_do_not_overlap(self):
        self.assertIsNotNone(mismatch(["…", "metal    97.0", "…", "fabric   98.1", "…"], PRINTED))
        self.assertIsNotNone(mismatch(["metal", "…", "metal"], ["metal"]))
        self.assertIsNone(mismatch(["metal", "…", "metal"], ["metal", "metal"]))

    def test_nothing_is_as_nothing_shown_alone(self):
        self.assertIsNone(mismatch([], []))
        self.assertIsNotNone(mismatch([], PRINTED))
        self.assertIsNotNone(mismatch(PRINTED, []))

    def test_spaces_at_the_end_and_empty_lines_around_do_not_count(self):
        self.assertEqual(lines_of("\n\na  \n\nb\n\n"), ["a", "", "b"])
        self.assertEqual(lines_of("\n \n"), [])


if __name__ == "__main__":
    unittest.main()
