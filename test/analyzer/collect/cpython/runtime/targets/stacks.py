"""One kind of stack an argument, held still: prints `ready` and waits for what never comes."""
import json
import os
import sys
import threading
import time


def hold(**facts):
    quiet, _ = os.pipe()
    print("ready " + json.dumps(facts), flush=True)
    os.read(quiet, 1)  # hold


def outer():
    def nested():
        hold()  # nested

    nested()  # outer


class Solver:
    def solve(self):
        return self.step(3)  # solve

    @staticmethod
    def step(size):
        hold()  # step


def produce():
    yield 1
    hold()  # produce
    yield 2


def delegate():
    yield from produce()  # delegate


def consume():
    for _ in delegate():  # consume
        pass


def through_c():
    sorted([1], key=lambda value: hold())  # through_c


def coroutine():
    import asyncio

    async def fetch():
        hold()  # fetch

    async def serve():
        await fetch()  # serve

    asyncio.run(serve())  # coroutine


def deep(depth):
    if depth == 0:
        hold()  # bottom
        return
    deep(depth - 1)  # deep


def deeper():
    sys.setrecursionlimit(20000)
    threading.stack_size(512 << 20)
    thread = threading.Thread(target=deep, args=(5000,))
    thread.start()
    thread.join()


def threads():
    names = ["plain", "n\u00e4me", "\u540d\u524d", "\U0001f600 rocket", "x" * 300]
    ids = {}
    started = threading.Barrier(len(names) + 1)
    end = threading.Event()

    def wait(name):
        ids[threading.get_native_id()] = name
        started.wait()
        end.wait()  # wait

    for name in names:
        threading.Thread(target=wait, args=(name,), name=name, daemon=True).start()
    started.wait()
    # They leave the barrier one by one; each has its place among those that wait when it stands in the line that is asked for.
    while len(end._cond._waiters) < len(names):
        time.sleep(0.001)
    threading.current_thread().name = "renamed"
    ids[threading.get_native_id()] = "renamed"
    hold(names=ids)


def attributes():
    """Threads whose attributes are in a dict of their own, for one reason or another."""
    class Marked(threading.Thread):
        pass

    ids = {}
    started = threading.Barrier(4)
    end = threading.Event()

    def wait(name):
        ids[threading.get_native_id()] = name
        started.wait()
        end.wait()

    many = Marked(target=wait, args=("many",), name="many", daemon=True)
    for i in range(100):
        setattr(many, "attribute%d" % i, i)
    asked = Marked(target=wait, args=("asked",), name="asked", daemon=True)
    vars(asked)["more"] = 1
    deleted = Marked(target=wait, args=("deleted",), name="deleted", daemon=True)
    del deleted._initialized
    deleted._initialized = True
    for thread in (many, asked, deleted):
        thread.start()
    started.wait()
    ids[threading.get_native_id()] = "MainThread"
    hold(names=ids)


def child_of_pool():
    import multiprocessing

    context = multiprocessing.get_context("fork")
    process = context.Process(target=in_child, name="crunch-7")
    process.start()
    process.join()


def in_child():
    hold(pid=os.getpid())  # in_child


def child_of_thread():
    def fork():
        child = os.fork()
        if child == 0:
            hold(pid=os.getpid())  # fork
            os._exit(0)
        os.waitpid(child, 0)

    others = [threading.Thread(target=threading.Event().wait, daemon=True) for _ in range(3)]
    for thread in others:
        thread.start()
    thread = threading.Thread(target=fork, name="forker")
    thread.start()
    thread.join()


def subinterpreter():
    code = "import os\ndef inside():\n    quiet, _ = os.pipe()\n    os.write(1, b'ready {}\\n')\n    os.read(quiet, 1)\ninside()\n"
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters

    def run():
        interpreters.run_string(interpreters.create(), code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def becomes_another():
    print("ready {}", flush=True)
    sys.stdin.readline()
    os.execv("/bin/sleep", ["sleep", "1000"])


def short_threads():
    print("ready {}", flush=True)

    def run():
        sum(range(2000))  # run

    while True:
        threads = [threading.Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def executed():
    """Names and files of every width of character."""
    for name, file in [("f\u00fcr", "\u00fc.py"), ("\u51fd\u6570", "\u6587\u4ef6.py"), ("\U00020000x", "\U0001f600.py")][int(sys.argv[2]) :]:
        scope = {"hold": hold}
        exec(compile("\n\ndef %s():\n    hold()\n" % name, file, "exec"), scope)
        scope[name]()


if __name__ == "__main__":
    kind = sys.argv[1]
    if kind == "methods":
        Solver().solve()
    elif kind == "deep":
        deep(900)
    else:
        globals()[kind]()
