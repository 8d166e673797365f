"""Without a device: the same facts and checks on a libcupti that makes them up, so that the script itself is known to work."""

import os

from bench import HERE, Skipped
from parts import advice
from parts.expect import same, sane

FAKE = os.path.join(HERE, "../harness/cuda")


def run(bench):
    if not os.path.exists(os.path.join(FAKE, "fakeCupti.c")):
        raise Skipped("there is no libcupti without a device in test/harness/cuda")
    library, program = bench.file("libfakecupti.so"), bench.file("fake")
    compile_one(bench, "fakeCupti.c", library, "-fPIC", "-shared")
    compile_one(bench, "fakeProgram.c", program)
    words = ["launch:1000:2000:_Z4fillPf", "h2d:4096", "pinned:8192", "d2h:1024", "d2d:512", "memset:2048", "sync"]
    env = {"PERFSCOPE_CUPTI": library, "FAKE_CUPTI_VERSION": os.environ.get("FAKE_CUPTI_VERSION", "13.0")}
    if not os.environ.get("FAKE_CUPTI_VERSION"):
        env.pop("FAKE_CUPTI_VERSION")
    alone = bench.run([program, *words], env=env)
    ended, path = bench.record("dry", [program, *words], env=env)
    same(bench, "output and exit code", (ended.code, ended.out), (alone.code, alone.out))
    facts = bench.facts(path)
    sane(bench, "dry", facts)
    same(bench, "kernels", facts["kernels"]["count"], 1000)
    copies = facts["copies"]["groups"]
    for direction, size in (("H2D", 4096 + 8192), ("D2H", 1024), ("D2D", 512)):
        total = sum(group["bytes"] for key, group in copies.items() if key.startswith(direction))
        same(bench, "bytes " + direction, total, size)
    same(bench, "bytes set", facts["memsets"]["groups"].get("memset", {}).get("bytes"), 2048)
    copies = ["launch:200:2000:_Z4fillPf"] + ["pinned:8388608", "launch:1:400000:_Z4fillPf"] * 40 + ["sync"]
    ended, path = bench.record("dry-advice", [program, *copies], env=env)
    rules = [each["rule"] for each in advice.summary(bench, path)["findings"]]
    bench.note("findings of a program without a device", rules)
    bench.check("lines to blame", sorted(advice.lines_to_blame()) == sorted(advice.RULES), advice.lines_to_blame())
    for word, code in (("exit:3", 3), ("_exit:4", 4), ("term", 128 + 15), ("kill", 128 + 9)):
        ended, path = bench.record("dry-exit", [program, "launch:100:1000:_Z4fillPf", "sync", "sleep:1000", word], env=env)
        same(bench, "exit code of " + word, ended.code, code)
        same(bench, "kernels before " + word, bench.facts(path)["kernels"]["count"], 100)


def compile_one(bench, source, target, *flags):
    ended = bench.run(["cc", "-std=gnu11", "-O2", *flags, "-o", target, os.path.join(FAKE, source), "-lpthread", "-ldl"])
    if ended.code != 0:
        raise Skipped("%s cannot be compiled: %s" % (source, ended.err.strip()[-200:]))
