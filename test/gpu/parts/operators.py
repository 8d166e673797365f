"""PyTorch's operators beside its kernels: the hook is built, and counts as torch.profiler does."""

from parts.expect import same


def run(bench):
    bench.needs_gpu("torch")
    theirs = bench.run(bench.workload("training.py", 20, "eager", "cpu-profile"))
    ended, path = bench.record("operators", bench.workload("training.py", 20, "eager"), ["--torch-ops"], limit=120)
    if not bench.check("both end well", theirs.code == ended.code == 0, ended.err.strip()[-200:]):
        return
    facts = bench.facts(path, "measured")
    torch = next((each for each in facts["collectors"] if each["id"] == "torch"), None)
    if not bench.check("the hook was built", torch is not None and torch["status"] == "ok", torch and torch["warnings"]):
        return
    counted = {name: count for name, count in theirs.json()["operators"].items() if is_operator(name)}
    ours = {name: group["count"] for name, group in facts["operators"].items() if is_operator(name)}
    differ = {name: (ours.get(name), counted.get(name)) for name in {*ours, *counted} if ours.get(name) != counted.get(name)}
    same(bench, "operators that are counted differently", differ, {})
    bench.note("operators", sum(ours.values()))


def is_operator(name):
    """What either tool does itself is not the program's; ranges are spans."""
    return not name.startswith(("profiler::", "Optimizer.", "ProfilerStep", "PyTorch Profiler"))
