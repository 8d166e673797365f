"""Libraries and ways to use a device, each with what is known of its kernels."""

from parts.expect import sane

LIBRARIES = {
    "cupy": ("cupy", "perfscope_fill"),
    "numba": ("numba", "perfscope_fill"),
    "triton": ("triton", "perfscope_fill"),
    "jax": ("jax", None),
    "nvtx": ("torch", None),
    "streams": ("torch", None),
    "two": ("torch", None),
}


def run(bench):
    bench.needs_gpu()
    for name, (module, kernel) in LIBRARIES.items():
        if not bench.has(module):
            bench.skip(name, "the Python module %s is not installed" % module)
        elif bench.left() < 25:
            bench.skip(name, "time was up")
        else:
            library(bench, name, kernel)
    for mode in ("compile", "graph", "loader"):
        if not bench.has("torch") or bench.left() < 30:
            bench.skip(mode, "there is no PyTorch, or time was up")
            continue
        facts = bench.recorded(mode, bench.workload("training.py", 20, mode), limit=90)
        if facts:
            sane(bench, mode, facts)
            bench.note("%s: kernels, of graphs" % mode, (facts["kernels"]["count"], facts["graphKernels"]))


def library(bench, name, kernel):
    facts = bench.recorded(name, bench.workload("libraries.py", name))
    if facts is None:
        return
    sane(bench, name, facts)
    groups = facts["kernels"]["groups"]
    if kernel:
        count = sum(group["count"] for key, group in groups.items() if kernel in key)
        bench.check("%s: kernels of that name" % name, count == 50, count, 50)
    else:
        bench.check("%s: kernels" % name, facts["kernels"]["count"] >= 50, facts["kernels"]["count"], ">= 50")
    if name == "nvtx":
        seen = facts["spans"].get("range perfscope range", {"count": 0})["count"]
        bench.check("nvtx: ranges", seen == 50, seen, 50)
    if name == "streams":
        bench.check("streams: lanes", len(facts["streams"]) >= 4, facts["streams"], ">= 4")
    if name == "two":
        bench.check("two: processes with work", facts["processes"] == 2, facts["processes"], 2)
        bench.check("two: one device", len(set(facts["devices"])) == 1, facts["devices"])
