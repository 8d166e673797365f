"""Copies of known number, size and memory, in a CUDA C++ program of nvcc."""

import os

from bench import WORKLOADS, Skipped, which
from parts.expect import same, sane


def run(bench):
    bench.needs_gpu()
    compiler = "nvcc" if which("nvcc") else "/usr/local/cuda/bin/nvcc"
    program = bench.file("copies")
    try:
        built = bench.run([compiler, "-O2", "-o", program, os.path.join(WORKLOADS, "copies.cu")])
    except OSError as problem:
        raise Skipped("there is no nvcc (%s)" % problem) from None
    if not bench.check("nvcc builds the program", built.code == 0, built.err.strip()[-200:]):
        return
    alone = bench.run([program])
    facts = bench.recorded("copies", [program])
    if facts is None or alone.code != 0:
        return
    sane(bench, "copies", facts)
    expected = alone.json()
    groups = facts["copies"]["groups"]
    for key, figures in expected.items():
        if key == "kernels":
            same(bench, "kernels", facts["kernels"]["count"], figures)
        else:
            group = (facts["memsets"]["groups"] if key == "memset" else groups).get(key, {"count": 0, "bytes": 0})
            same(bench, key, [group["count"], group["bytes"]], figures)
            if group["count"] and group["ns"] > 0:
                bench.note(key + ": GB/s", "%.1f" % (group["bytes"] / group["ns"]))
    pinned = groups.get("H2D pinned device", {})
    same(bench, "asynchronous copies of pinned memory", pinned.get("asynchronous"), 5)
    managed = {key: group for key, group in groups.items() if "managed" in key}
    bench.note("pages of managed memory", managed or "none")
