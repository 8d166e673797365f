"""A program that uses torch.profiler itself: it works as ever, and what that takes from the recording is said."""


def run(bench):
    bench.needs_gpu("torch")
    command = bench.workload("training.py", 20, "eager", "profile")
    alone = bench.run(command)
    ended, path = bench.record("inside", command)
    if not bench.check("ends as alone", ended.code == alone.code == 0, (ended.code, ended.err.strip()[-200:])):
        return
    ours, theirs = ended.json(), alone.json()
    bench.check("the result is the same", ours["value"] == theirs["value"], ours["value"], theirs["value"])
    bench.check("its kernels are all there", ours["kernels"] == theirs["kernels"], ours["kernels"], theirs["kernels"])
    facts = bench.facts(path)
    cuda = next((each for each in facts["collectors"] if each["id"] == "cuda"), {"warnings": []})
    named = any("profiler" in warning for warning in cuda["warnings"])
    bench.check("ours are all there, or the health names the other profiler", named or facts["kernels"]["count"] > 400, cuda["warnings"])
    bench.note("kernels that perfscope saw", facts["kernels"]["count"])
