"""Tasks that do nothing: what a pool costs by itself, for pools.mjs.

Prints wall and CPU microseconds a task, of this process and of its workers: `WALL SELF WORKERS`. With `pinned` the process has one
core, and its workers the others: where the threads of an executor run else is luck, and outweighs what is measured.

    pool_tasks.py map|apply|futures|pinned|threads|threadpool|messages TASKS
"""

import multiprocessing
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool

CORES = sorted(os.sched_getaffinity(0))


def nothing(x):
    return None


def move(cores):
    os.sched_setaffinity(0, cores or CORES)


def pinned(size):
    move(CORES[:1])
    return ProcessPoolExecutor(size, initializer=move, initargs=(CORES[1:],))


def run(kind, count):
    items = range(count)
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
    elif kind in ("futures", "pinned", "threads"):
        executor = {"futures": ProcessPoolExecutor, "pinned": pinned, "threads": ThreadPoolExecutor}[kind](2)
        with executor as pool:
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
    steps = run(kind, count)
    next(steps)
    wall, own = time.perf_counter(), cpu(resource.RUSAGE_SELF)
    next(steps)
    wall, own = time.perf_counter() - wall, cpu(resource.RUSAGE_SELF) - own
    for _ in steps:
        os.sched_setaffinity(0, cores)
    workers = cpu(resource.RUSAGE_CHILDREN)
    print(*(seconds / count * 1e6 for seconds in (wall, own, workers)))


if __name__ == "__main__":
    main()
