#!/usr/bin/env python3
"""Checks what comments cite of docs/protocol.md: for `protocol §8, "PRO exact"` the page must have a section 8, and
these words must be in it.

    scripts/check_citations.py [ROOT]    ROOT: a clone of adrep; default this one
"""
import re
import sys
from pathlib import Path

FOLDERS = ["core", "datasets", "detectors", "benchmarks", "cli", "bindings", "tests", "configs", "scripts"]
ENDINGS = {".h", ".cpp", ".py", ".sh", ".yaml", ".txt"}
NEXT_LINE = re.compile(r"\n[ \t]*(?:///?|#)[ \t]*")
CITATION = re.compile(r'§\s?(\d+)(?:,\s+"([^"]+)")?')


def sections(page):
    """The text of each section, in lower case, by its number."""
    parts = re.split(r"^## §(\d+) ", page, flags=re.MULTILINE)
    return {int(number): text.lower() for number, text in zip(parts[1::2], parts[2::2])}


def citations(text):
    """(line, number, quoted words or None) of all citations; a comment may go on in the next line."""
    joined = NEXT_LINE.sub(lambda mark: " " * len(mark.group()), text)
    for match in CITATION.finditer(joined):
        words = " ".join(match.group(2).split()).lower() if match.group(2) else None
        yield text.count("\n", 0, match.start()) + 1, int(match.group(1)), words


def problems(root):
    known = sections((root / "docs/protocol.md").read_text(encoding="utf-8"))
    count, wrong = 0, []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in ENDINGS or not file.is_file() or file.resolve() == Path(__file__).resolve():
                continue
            for line, number, words in citations(file.read_text(encoding="utf-8")):
                count += 1
                place = f"{file.relative_to(root)}:{line}"
                if number not in known:
                    wrong.append(f"{place}: §{number} is no section of docs/protocol.md")
                elif words and words not in known[number]:
                    wrong.append(f"{place}: §{number} of docs/protocol.md does not say \"{words}\"")
    return count, wrong


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    count, wrong = problems(root)
    for line in wrong:
        print(f"check_citations: {line}", file=sys.stderr)
    if count == 0:
        print("check_citations: no citation was found: is this a clone of adrep?", file=sys.stderr)
    if wrong or count == 0:
        return 1
    print(f"check_citations: {count} citations of docs/protocol.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
