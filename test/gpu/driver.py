"""Runs the parts of test/gpu/run.sh, one after the other, and writes the table of what they found."""

import argparse
import importlib
import os
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from bench import Bench, Skipped  # noqa: E402
from table import write_table  # noqa: E402

# In the order in which a short loan of a machine is best spent. Seconds that a part takes at most.
PARTS = {
    "dry": 60,
    "records": 60,
    "exact": 90,
    "copies": 60,
    "cost": 150,
    "exits": 90,
    "inside": 60,
    "operators": 60,
    "advice": 240,
    "breadth": 180,
    "captures": 60,
}


def parse():
    parser = argparse.ArgumentParser(prog="run.sh")
    parser.add_argument("--node", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--dist", default=os.path.join(HERE, "../../dist"))
    parser.add_argument("--seconds", type=float, default=570)
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []])
    return parser.parse_args()


def main():
    options = parse()
    bench = Bench(options.node, options.dist, options.out)
    end = time.monotonic() + options.seconds
    for part in options.parts or [part for part in PARTS if not bench.is_done(part)]:
        left = end - time.monotonic()
        if left < min(20, PARTS[part]):
            print("%-10s left for the next call: %d s are left" % (part, left), flush=True)
            continue
        bench.begin(part, min(left, PARTS[part]))
        try:
            importlib.import_module("parts." + part).run(bench)
        except Skipped as reason:
            bench.skip("all", str(reason))
        except Exception:
            bench.fail("all", traceback.format_exc(limit=3).strip().splitlines()[-1])
            traceback.print_exc()
        bench.end()
    failed = write_table(options.out)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
