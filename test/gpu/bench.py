"""What a part is given: programs to run with and without perfscope, the facts of a recording, and where results go."""

import json
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WORKLOADS = os.path.join(HERE, "workloads")


class Skipped(Exception):
    """Why a part cannot be done here."""


class Ended:
    """`code`: as a shell tells it, 128 + n for signal n; None when it took too long."""

    def __init__(self, code, out, err, seconds):
        self.code, self.out, self.err, self.seconds = code, out, err, seconds

    def json(self):
        """The last line that the program printed."""
        return json.loads(self.out.strip().splitlines()[-1])


class Bench:
    def __init__(self, node, dist, out):
        for program in (os.path.join(node, "node"), os.path.join(node, "bin/node")):
            if os.path.exists(program):
                self.node = os.path.abspath(program)
                break
        else:
            sys.exit("run.sh: there is no program node in %s" % node)
        self.dist = os.path.abspath(dist)
        if not os.path.exists(os.path.join(self.dist, "cli.js")):
            sys.exit("run.sh: there is no cli.js in %s; build perfscope first" % self.dist)
        self.out = os.path.abspath(out)
        os.makedirs(self.out, exist_ok=True)
        self.part, self.deadline = "", 0.0
        self.results = []
        self.known = {}

    # Parts and results.

    def is_done(self, part):
        """Whether a part has results; one that was skipped as a whole may find on the next machine what it lacked."""
        try:
            with open(self.file(part + ".json")) as file:
                return any(row["verdict"] != "skipped" for row in json.load(file))
        except (OSError, ValueError):
            return False

    def begin(self, part, seconds):
        self.part, self.results = part, []
        self.deadline = time.monotonic() + seconds
        print("== %s" % part, flush=True)

    def end(self):
        with open(self.file(self.part + ".json"), "w") as file:
            json.dump(self.results, file, indent=1)

    def check(self, name, ok, measured="", wanted=""):
        self.result(name, "pass" if ok else "FAIL", measured, wanted)
        return ok

    def note(self, name, measured):
        """A figure that nothing is demanded of."""
        self.result(name, "note", measured, "")

    def fail(self, name, why):
        self.result(name, "FAIL", why, "")

    def skip(self, name, why):
        self.result(name, "skipped", why, "")

    def result(self, name, verdict, measured, wanted):
        row = {"part": self.part, "check": name, "verdict": verdict, "measured": str(measured), "wanted": str(wanted)}
        self.results.append(row)
        demand = "  (wanted %s)" % row["wanted"] if verdict == "FAIL" and row["wanted"] else ""
        print("%-8s %-40s %s%s" % (verdict, name, row["measured"], demand), flush=True)

    # Programs.

    def file(self, name):
        return os.path.join(self.out, name)

    def left(self):
        return max(1.0, self.deadline - time.monotonic())

    def run(self, command, limit=60, env=None):
        """Runs a program in a group of its own, which is ended with it when time is up."""
        begin = time.monotonic()
        environment = {**os.environ, **(env or {})}
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", env=environment, start_new_session=True
        )
        try:
            out, err = child.communicate(timeout=min(limit, self.left()))
            code = child.returncode if child.returncode >= 0 else 128 - child.returncode
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            code = None
        return Ended(code, out, err, time.monotonic() - begin)

    def perfscope(self, arguments, limit=60, env=None):
        return self.run([self.node, os.path.join(self.dist, "cli.js"), *arguments], limit, env)

    def record(self, name, command, flags=(), limit=60, env=None):
        """Records a command; gives its end and the path of the recording."""
        path = self.file("%s.perfscope" % name)
        ended = self.perfscope(["record", "-q", "--force", "-o", path, *flags, "--", *command], limit, env)
        return ended, path

    def facts(self, path, between=None):
        """What the tables of a recording say; `between`: only what was called within the range of that name."""
        command = [self.node, os.path.join(HERE, "facts.mjs"), self.dist, path, *([between] if between else [])]
        ended = self.run(command, limit=60)
        if ended.code != 0:
            raise RuntimeError("the recording %s cannot be read: %s" % (path, ended.err.strip()[-300:]))
        return json.loads(ended.out)

    def recorded(self, name, command, flags=(), limit=60, env=None, between=None):
        """The facts of a run that has to end well; None, and a failed check, when it did not."""
        ended, path = self.record(name, command, flags, limit, env)
        if not self.check(name + ": ends", ended.code == 0, "exit code %s %s" % (ended.code, last_line(ended)), "0"):
            return None
        return self.facts(path, between)

    def workload(self, name, *words):
        return [sys.executable, os.path.join(WORKLOADS, name), *map(str, words)]

    # What the machine has.

    def has(self, module):
        """Whether a Python module is installed; it is not imported."""
        if module not in self.known:
            code = "import importlib.util, sys; sys.exit(importlib.util.find_spec(%r) is None)" % module
            self.known[module] = subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
        return self.known[module]

    def needs_gpu(self, *modules):
        """Raises Skipped where there is no device, or a Python module is missing."""
        if "gpu" not in self.known:
            self.known["gpu"] = self.run(["nvidia-smi", "-L"], limit=20).code == 0 if which("nvidia-smi") else False
        if not self.known["gpu"]:
            raise Skipped("there is no NVIDIA GPU here (nvidia-smi -L)")
        for module in modules:
            if not self.has(module):
                raise Skipped("the Python module %s is not installed" % module)


def which(program):
    return any(os.access(os.path.join(folder or ".", program), os.X_OK) for folder in os.environ.get("PATH", "").split(":"))


def last_line(ended):
    lines = ended.err.strip().splitlines() if ended.code != 0 else []
    return lines[-1][:200] if lines else ""


def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]
