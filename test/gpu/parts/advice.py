"""Planted bottlenecks: which rule tells of each, at which line, and whether the fixed program gains what was predicted."""

import os
import re
import time

from bench import WORKLOADS, median
from parts.expect import same

RULES = ("D09", "D05", "D04", "G04", "D07", "G05")
ROUNDS = 3


def run(bench):
    bench.needs_gpu("torch")
    lines = lines_to_blame()
    for rule in RULES:
        planted, fixed = (bench.workload("bottlenecks.py", rule, which) for which in ("planted", "fixed"))
        walls = {"planted": [], "fixed": []}
        values = set()
        for _ in range(ROUNDS):
            for which, command in (("planted", planted), ("fixed", fixed)):
                begin = time.monotonic()
                ended = bench.run(command)
                walls[which].append(time.monotonic() - begin)
                if not bench.check("%s %s: ends" % (rule, which), ended.code == 0, ended.err.strip()[-200:]):
                    return
                values.add(ended.json()["value"])
        same(bench, "%s: the results are the same" % rule, len(values), 1)
        measured = median(walls["planted"]) / median(walls["fixed"])
        found = findings(bench, "planted-" + rule, planted)
        told = next((each for each in found if each["rule"] == rule), None)
        bench.note("%s: findings" % rule, ["%s %s" % (each["rule"], each["title"]) for each in found])
        if bench.check("%s: told of" % rule, told is not None, [each["rule"] for each in found], rule):
            bench.check("%s: first" % rule, found[0]["rule"] == rule, found[0]["rule"], rule)
            line = (told["location"] or {}).get("line")
            same(bench, "%s: the line" % rule, line, lines[rule])
            judge(bench, rule, told, measured)
        left = [each["rule"] for each in findings(bench, "fixed-" + rule, fixed)]
        bench.check("%s: not told of the fixed program" % rule, rule not in left, left)


def judge(bench, rule, told, measured):
    gain = told["gain"]
    if gain is None:
        bench.note("%s: gain" % rule, "measured %.2f, none told: %s" % (measured, told["withheld"]))
        return
    inside = gain["lo"] <= measured <= gain["hi"]
    words = "measured %.2f, predicted %.2f to %.2f" % (measured, gain["lo"], gain["hi"])
    bench.check("%s: gain" % rule, inside, words, "within")


def findings(bench, name, command):
    ended, path = bench.record(name, command, ["--gpu-stacks"])
    if not bench.check("%s: recorded" % name, ended.code == 0, ended.err.strip()[-200:]):
        return []
    return summary(bench, path)["findings"]


def summary(bench, path):
    return bench.perfscope(["summary", "--json", path]).json()


def lines_to_blame():
    """The line that says so in the program, by rule."""
    with open(os.path.join(WORKLOADS, "bottlenecks.py")) as file:
        found = [(number, re.search(r"# here: (\w+)", line)) for number, line in enumerate(file, 1)]
    return {match.group(1): number for number, match in found if match}
