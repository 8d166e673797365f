"""What every recording of GPU work must satisfy, and comparisons that several parts make."""


def sane(bench, name, facts):
    """Causality, ends, attribution, and whether the collector itself is content."""
    for what in ("kernels", "copies"):
        its = facts[what]
        bench.check("%s: no %s begins before its call" % (name, what), its["beforeItsCall"] == 0, its["beforeItsCall"], 0)
        bench.check("%s: no %s ends before it begins" % (name, what), its["endsBeforeStart"] == 0, its["endsBeforeStart"], 0)
    kernels = facts["kernels"]
    if kernels["count"] > 0:
        share = kernels["calls"] / kernels["count"]
        bench.check("%s: kernels have their call" % name, share > 0.99, "%.1f %%" % (100 * share), "> 99 %")
        bench.note("%s: kernels whose code is known" % name, "%.1f %%" % (100 * kernels["attributed"] / kernels["count"]))
    health(bench, name, facts)


def health(bench, name, facts):
    cuda = next((each for each in facts["collectors"] if each["id"] == "cuda"), None)
    if not bench.check("%s: there is a collector for CUDA" % name, cuda is not None):
        return
    bench.check("%s: nothing was dropped" % name, cuda["dropped"] == 0, cuda["dropped"], 0)
    bench.check("%s: the collector is content" % name, cuda["status"] == "ok", "%s %s" % (cuda["status"], cuda["warnings"]), "ok")


def same(bench, name, ours, theirs):
    bench.check(name, ours == theirs, ours, theirs)


def near(bench, name, ours, theirs, share):
    off = abs(ours - theirs) / theirs if theirs else float(ours != 0)
    bench.check(name, off <= share, "%.6g, off by %.2f %%" % (ours, 100 * off), "%.6g within %g %%" % (theirs, 100 * share))
