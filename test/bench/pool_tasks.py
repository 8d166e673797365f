"""Tasks that do nothing, and tasks that carry much: what a pool costs by itself, for pools.mjs.

Prints wall and CPU microseconds a task, of this process and of its workers: `WALL SELF WORKERS`.

    pool_tasks.py map|apply|futures|threads|threadpool|messages TASKS [PAYLOAD BYTES]
"""

import multiprocessing
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool


def nothing(x):
    return None


def run(kind, count, payload):
    items = [bytes(payload)] * count if payload else range(count)
    if kind == "map":
        with multiprocessing.Pool(2) as pool:
            pool.map(nothing, range(100), chunksize=1)
            yield
            pool.map(nothing, items, chunksize=1)
            yield
            pool.close()
            pool.join()
    elif kind == "apply":
        with multiprocessing.Pool(2) as pool:
            pool.map(nothing, range(100), chunksize=1)
            yield
            for result in [pool.apply_async(nothing, (item,)) for item in items]:
                result.get()
            yield
            pool.close()
            pool.join()
    elif kind in ("futures", "threads"):
        with (ProcessPoolExecutor if kind == "futures" else ThreadPoolExecutor)(2) as pool:
            list(pool.map(nothing, range(100)))
            yield
            list(pool.map(nothing, items))
            yield
    elif kind == "threadpool":
        with ThreadPool(2) as pool:
            yield
            pool.map(nothing, items, chunksize=1)
            yield
    else:
        queue = multiprocessing.SimpleQueue()
        yield
        for item in items:
            queue.put(item)
            queue.get()
        yield


def cpu(who):
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def main():
    kind, count = sys.argv[1], int(sys.argv[2])
    steps = run(kind, count, int(sys.argv[3]) if len(sys.argv) > 3 else 0)
    next(steps)
    wall, own = time.perf_counter(), cpu(resource.RUSAGE_SELF)
    next(steps)
    wall, own = time.perf_counter() - wall, cpu(resource.RUSAGE_SELF) - own
    for _ in steps:
        pass
    workers = cpu(resource.RUSAGE_CHILDREN)
    print(*(seconds / count * 1e6 for seconds in (wall, own, workers)))


if __name__ == "__main__":
    main()
