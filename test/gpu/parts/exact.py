"""It is right: twenty steps, beside what torch.profiler counts of the same steps."""

from parts.expect import near, same

DIRECTIONS = {"Memcpy HtoD": "H2D", "Memcpy DtoH": "D2H", "Memcpy DtoD": "D2D"}


def run(bench):
    bench.needs_gpu("torch")
    for mode in ("eager", "graph"):
        theirs = bench.run(bench.workload("training.py", 20, mode, "profile"), limit=60)
        if not bench.check("%s: torch.profiler" % mode, theirs.code == 0, theirs.err.strip()[-200:]):
            continue
        theirs = theirs.json()
        ended, path = bench.record("exact-" + mode, bench.workload("training.py", 20, mode))
        if not bench.check("%s: ends" % mode, ended.code == 0, ended.err.strip()[-200:]):
            continue
        same(bench, "%s: the result is the same" % mode, ended.json()["value"], theirs["value"])
        facts = bench.facts(path, "measured")
        same(bench, "%s: kernels" % mode, facts["kernels"]["count"], theirs["kernels"])
        near(bench, "%s: microseconds of kernels" % mode, facts["kernels"]["ns"] / 1e3, theirs["microseconds"], 0.01)
        for name, direction in DIRECTIONS.items():
            count, size = theirs["copies"].get(name, [0, 0])
            its = [group for key, group in facts["copies"]["groups"].items() if key.startswith(direction)]
            same(bench, "%s: copies %s" % (mode, direction), sum(each["count"] for each in its), count)
            same(bench, "%s: bytes %s" % (mode, direction), sum(each["bytes"] for each in its), size)
        if mode == "graph":
            bench.check("graph: kernels of graphs", facts["graphKernels"] > 0, facts["graphKernels"], "> 0")
