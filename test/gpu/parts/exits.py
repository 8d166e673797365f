"""However a program ends: the exit code is its own, and what the device had done is recorded."""

from parts.expect import same

WAYS = ("return", "raise", "exit", "_exit", "term", "kill", "error")


def run(bench):
    bench.needs_gpu("torch")
    for way in WAYS:
        command = bench.workload("exits.py", way)
        alone = bench.run(command)
        ended, path = bench.record("exit-" + way, command, ["--no-pools"])
        same(bench, "%s: exit code" % way, ended.code, alone.code)
        same(bench, "%s: output" % way, ended.out, alone.out)
        kernels = bench.facts(path)["kernels"]["count"]
        bench.check("%s: kernels" % way, kernels >= 1000, kernels, ">= 1000")
