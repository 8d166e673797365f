"""What recording costs: wall ratios of a launch-heavy and a compute-heavy program, interleaved, beside torch.profiler's."""

from bench import median

REPEATS = 5
LAUNCHES, PRODUCTS = 100_000, 300


def run(bench):
    bench.needs_gpu("torch")
    command = bench.workload("cost.py", LAUNCHES, PRODUCTS)
    ratios = {way: {"launching": [], "computing": []} for way in ("perfscope", "unsampled", "torch.profiler")}
    alone = {"launching": [], "computing": []}
    path = None
    for round in range(REPEATS):
        if bench.left() < 40:
            bench.note("rounds", "%d of %d: time was up" % (round, REPEATS))
            break
        plain = bench.run(command)
        ended, path = bench.record("cost", command)
        # Only what is inside the program for the GPU: neither pools nor looks at its stacks.
        bare, _ = bench.record("cost-bare", command, ["--no-pools", "--rate", "1"])
        profiled = bench.run([*command, "profile"])
        if not bench.check("all end well", plain.code == ended.code == bare.code == profiled.code == 0, ended.err[-200:]):
            return
        for name in alone:
            base = plain.json()[name]
            alone[name].append(base)
            for way, its in (("perfscope", ended), ("unsampled", bare), ("torch.profiler", profiled)):
                ratios[way][name].append(its.json()[name] / base)
    if not alone["launching"]:
        return
    for name in alone:
        bench.note("%s: seconds alone" % name, "%.3f" % median(alone[name]))
        for way in ratios:
            bench.note("%s: ratio under %s" % (name, way), "%.3f of %s" % (median(ratios[way][name]), spread(ratios[way][name])))
        ours, theirs = (median(ratios[way][name]) - 1 for way in ("perfscope", "torch.profiler"))
        bench.check("%s: at most a third of torch.profiler's" % name, ours <= theirs / 3 or ours < 0.02, "%.3f" % ours, "%.3f / 3" % theirs)
    facts = bench.facts(path)
    wanted = LAUNCHES + 2 * PRODUCTS
    bench.check("all kernels of the last run", facts["kernels"]["count"] >= wanted, facts["kernels"]["count"], ">= %d" % wanted)
    bench.note("bytes a record in the file", "%.1f" % (facts["bytes"] / facts["records"]))


def spread(values):
    return "%.3f to %.3f" % (min(values), max(values))
