"""Writes what the parts found into one table."""

import glob
import json
import os


def write_table(folder):
    """`results.md` and `results.json` from the files of all parts; gives the number of failures."""
    rows = []
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        if os.path.basename(path) != "results.json":
            with open(path) as file:
                rows += json.load(file)
    with open(os.path.join(folder, "results.json"), "w") as file:
        json.dump(rows, file, indent=1)
    with open(os.path.join(folder, "results.md"), "w") as file:
        file.write("| part | check | verdict | measured | wanted |\n| --- | --- | --- | --- | --- |\n")
        for row in rows:
            cells = [row[name].replace("|", "\\|").replace("\n", " ") for name in ("part", "check", "verdict", "measured", "wanted")]
            file.write("| %s |\n" % " | ".join(cells))
    count = {verdict: sum(row["verdict"] == verdict for row in rows) for verdict in ("pass", "FAIL", "skipped", "note")}
    print("\n%(pass)d passed, %(FAIL)d failed, %(skipped)d skipped, %(note)d figures" % count, "in %s/results.md" % folder)
    return count["FAIL"]
