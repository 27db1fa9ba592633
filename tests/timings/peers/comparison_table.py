"""What compare.py found, as lines of its file and as tables in Markdown."""
import statistics

from turns import agree, ratios


def lines_of(row, contenders, found):
    own = found[0]
    lines = []
    for contender, theirs in zip(contenders[1:], found[1:], strict=True):
        line = {"row": row.name, "beside": contender.name, "version": contender.version}
        for side, runs in (("its", theirs), ("adrep", own)):
            line[f"{side}_seconds"] = statistics.median(one["seconds"] for one in runs)
            line[f"{side}_value"] = runs[-1]["value"]
            line[f"{side}_peak_bytes"] = max((one["peak_bytes"] for one in runs if one["peak_bytes"]), default=None)
        line.update(ratios(own, theirs), same_values=agree(own[-1]["value"], theirs[-1]["value"], row.same))
        lines.append(line)
    return lines


def seconds_text(value):
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def memory_text(value):
    return f"{value / 1e6:.0f} MB" if value else ""


def markdown(lines):
    rows = ["| what | beside | its time | adrep | ratio | by turns | its memory | adrep's | values |",
            "|---|---|--:|--:|--:|--:|--:|--:|---|"]
    for line in (line for line in lines if "race" not in line):
        same = {None: "", True: "the same", False: f"{line['its_value']:.6g}, {line['adrep_value']:.6g}"}
        memory = [memory_text(line[f"{side}_peak_bytes"]) for side in ("its", "adrep")]
        rows.append(f"| {line['row']} | {line['beside']} {line['version']} | {seconds_text(line['its_seconds'])} "
                    f"| {seconds_text(line['adrep_seconds'])} | {line['ratio']:.2f} × "
                    f"| {line['lowest']:.2f} to {line['highest']:.2f} × | {memory[0]} | {memory[1]} "
                    f"| {same[line['same_values']]} |")
    return "\n".join(rows + [""] + race_markdown(lines)).rstrip()


def race_markdown(lines):
    rows = []
    for line in (line for line in lines if "race" in line):
        rows += [f"| {line['row']} | median | 99th percentile | 200 together | first score | memory |", "|---|--:|--:|--:|--:|--:|"]
        for one in line["race"]:
            times = one["times_the_first"]
            cells = [f"{seconds_text(one[key])} ({times[key]:.2f} ×)"
                     for key in ("median", "percentile_99", "together", "first_score")]
            rows.append(" | ".join([f"| {one['name']}", *cells, f"{memory_text(one['peak_bytes'])} ({times['peak_bytes']:.2f} ×) |"]))
    return rows
