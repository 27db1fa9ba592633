#!/usr/bin/env python3
"""Citations that scripts/check_citations.py finds, and those that it refuses."""
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
from check_citations import FOLDERS, problems  # noqa: E402

SIGN = "\u00a7"  # escaped, as the check reads this file too
PAGE = f"# Page\n\n## {SIGN}1 Images\n\nThe crop.\n\n## {SIGN}8 Metrics\n\nPRO exact\n"


class Citations(unittest.TestCase):
    def check(self, comment):
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            for folder in [*FOLDERS, "docs"]:
                (root / folder).mkdir()
            (root / "docs/protocol.md").write_text(PAGE, encoding="utf-8")
            (root / "core/a.h").write_text(comment, encoding="utf-8")
            return problems(root)

    def test_sections_of_the_page_may_be_cited(self):
        self.assertEqual(self.check(f"/// protocol {SIGN}1, {SIGN}8\n"), (2, []))

    def test_a_section_that_is_not_there_is_named_with_its_line(self):
        self.assertEqual(self.check(f"\n/// protocol {SIGN}2\n"),
                         (1, [f"core/a.h:2: {SIGN}2 is no section of docs/protocol.md"]))

    def test_quoted_words_must_be_in_the_section_that_is_cited(self):
        self.assertEqual(self.check(f'/// ({SIGN}8, "PRO exact")'), (1, []))
        self.assertEqual(self.check(f'/// ({SIGN}8, "PRO\n/// exact")'), (1, []))
        self.assertEqual(len(self.check(f'/// ({SIGN}1, "PRO exact")')[1]), 1)

    def test_a_tree_without_citations_has_none(self):
        self.assertEqual(self.check("int x;\n"), (0, []))


if __name__ == "__main__":
    unittest.main()
