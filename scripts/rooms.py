#!/usr/bin/env python3
"""Rooms of the code: which folder includes which (scripts/rooms.txt).

  rooms.py check   exits 1 and names every include that does not point upwards in the list, rooms that are not in it,
                   and a picture that is not of this list
  rooms.py draw    writes docs/images/rooms.svg
  rooms.py count   prints each room's files and the rooms it includes
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/images/rooms.svg"
TOPS = ("core", "datasets", "detectors", "benchmarks", "cli")
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"](?:adrep/)?([^>"]+)[>"]', re.MULTILINE)


def floors():
    """The list's lines from the lowest floor up, each a list of rooms; FOLDER/* as the rooms that it stands for."""
    lines = (ROOT / "scripts/rooms.txt").read_text().splitlines()
    listed = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    named = {room for rooms in listed for room in rooms}
    return [[room for entry in rooms for room in meant(entry, named)] for rooms in listed]


def meant(entry, named):
    if not entry.endswith("/*"):
        return [entry]
    folders = sorted(f"{entry[:-2]}/{path.name}" for path in (ROOT / entry[:-2]).iterdir() if path.is_dir())
    return [folder for folder in folders if folder not in named]


def sources():
    for top in TOPS:
        for file in sorted((ROOT / top).rglob("*")):
            if file.suffix in (".h", ".cpp"):
                yield file.relative_to(ROOT)


def includes(file):
    """The rooms whose headers a file includes, with the header's name."""
    for header in INCLUDE.findall((ROOT / file).read_text()):
        path = pathlib.PurePosixPath(header)
        if path.parts[0] in TOPS and len(path.parts) > 1:
            yield str(path.parent), header


def top_allowed(room, other):
    """Datasets and detectors do not know each other, on whatever floors they are."""
    return {room.split("/")[0], other.split("/")[0]} != {"datasets", "detectors"}


def check():
    floor = {room: number for number, rooms in enumerate(floors()) for room in rooms}
    wrong = []
    for file in sources():
        room = str(file.parent)
        if room not in floor:
            wrong.append(f"{file}: its folder is not in scripts/rooms.txt")
            continue
        for other, header in includes(file):
            if other not in floor:
                wrong.append(f"{file}: includes {header}, whose folder is not in scripts/rooms.txt")
            elif other != room and (floor[other] >= floor[room] or not top_allowed(room, other)):
                wrong.append(f"{file}: includes {header}, but {room} may not know {other}")
    empty = floor.keys() - {str(file.parent) for file in sources()}
    wrong += [f"scripts/rooms.txt: {room} has no files" for room in sorted(empty)]
    if not PICTURE.exists() or PICTURE.read_text() != picture():
        wrong.append("docs/images/rooms.svg: not of this list; run scripts/rooms.py draw")
    if wrong:
        print("\n".join(wrong))
        print(f"{len(wrong)} found; a room includes only rooms of earlier lines of scripts/rooms.txt")
        return 1
    print(f"all includes point one way: {len(floor)} rooms on {len(floors())} floors")
    return 0


STYLE = (
    "svg{background:#fff}"
    "rect{fill:#eef2f7;stroke:#8a97a8}text{font:13px system-ui,sans-serif;fill:#1c2430}"
    ".core rect{fill:#e8f1fb}.datasets rect{fill:#e9f6ea}.detectors rect{fill:#fdf0e2}"
    ".benchmarks rect{fill:#f3ecfa}.cli rect{fill:#f7e9ec}.quiet{fill:#5b6675}"
)


def picture():
    """Floors from the top down; a room stands above all that it may include."""
    width, height, gap, character = 1180, 26, 6, 8
    parts, y = [], 34
    for rooms in reversed(floors()):
        x = 10
        for room in rooms:
            wide = round(len(room) * character) + 16
            if x + wide > width - 10:
                x, y = 10, y + height + gap
            parts.append(
                f'<g class="{room.split("/")[0]}"><rect x="{x}" y="{y}" width="{wide}" height="{height}" rx="4"/>'
                f'<text x="{x + 8}" y="{y + 18}">{room}</text></g>'
            )
            x += wide + gap
        y += height + 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" width="{width}" height="{y}" role="img" '
        f'aria-label="folders by floor: each may include only those below it"><style>{STYLE}</style>'
        '<text class="quiet" x="10" y="20">A folder may include only from floors below its own; '
        "datasets and detectors do not know each other.</text>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def count():
    rooms = {}
    for file in sources():
        room = rooms.setdefault(str(file.parent), [set(), set()])
        room[0].add(file.stem)
        room[1] |= {other for other, _ in includes(file) if other != str(file.parent)}
    for room, (units, known) in sorted(rooms.items()):
        print(f"{room}: {len(units)} file pairs, includes {' '.join(sorted(known)) or 'none'}")
    return 0


if __name__ == "__main__":
    action = sys.argv[1] if len(sys.argv) == 2 else ""
    if action == "draw":
        PICTURE.write_text(picture())
    elif action in ("check", "count"):
        sys.exit(check() if action == "check" else count())
    else:
        print(__doc__.strip())
        sys.exit(2)
