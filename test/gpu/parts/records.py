"""It records at all: what is on the machine, and forty steps of a training."""

import re

from parts.expect import sane


def run(bench):
    bench.needs_gpu("torch")
    said = bench.run(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"], limit=20)
    bench.note("machine", said.out.strip().replace("\n", "; "))
    versions = "import torch; print(torch.__version__, torch.version.cuda)"
    bench.note("PyTorch and its CUDA", bench.run([bench.workload("training.py")[0], "-c", versions]).out.strip())
    doctor = bench.perfscope(["doctor"])
    for line in doctor.out.splitlines():
        if re.search(r" (cuda|nvidia-smi|torch) ", line):
            bench.note("doctor", line.strip())
    facts = bench.recorded("training", bench.workload("training.py", 40, "eager"))
    if facts is None:
        return
    sane(bench, "training", facts)
    bench.check("training: kernels", facts["kernels"]["count"] > 40 * 20, facts["kernels"]["count"], "> 800")
    bench.check("training: a device with a name", any("NVIDIA" in name for name in facts["devices"]), facts["devices"])
    bench.check("training: counters of nvidia-smi", any("utilisation" in name for name in facts["counters"]), facts["counters"])
    bench.check("training: NVTX", "range measured" in facts["spans"], sorted(facts["spans"])[:8])
    bench.check("training: the GPU in the inventory", len(facts["gpus"]) > 0, facts["gpus"])
    mangled = [name for name in facts["kernels"]["groups"] if name.startswith("_Z")]
    bench.check("training: names are demangled", not mangled, mangled[:2])
    bench.note("training: bytes a record", "%.1f of %d records" % (facts["bytes"] / max(1, facts["records"]), facts["records"]))
    cuda = next((each for each in facts["collectors"] if each["id"] == "cuda"), {})
    bench.note("training: figures of the collector", cuda.get("figures"))
