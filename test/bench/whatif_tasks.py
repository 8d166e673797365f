"""A pool whose tasks are of known lengths, in chunks of a given size. Prints the seconds that handing out and running them took.

usage: whatif_tasks.py KIND CHUNK ORDER WORKERS
KIND: even, ramp or heavy, followed by the mean microseconds of a call, such as ramp-5000. ORDER: given or longest.
"""

import multiprocessing
import random
import sys
import time

SECONDS = 1.2
WORKERS = 2


def spin(steps):
    value = 0
    for step in range(steps):
        value += step & 7
    return value


def steps_of(microseconds):
    """Loops that take so long here: the same in every process of one run of the benchmark."""
    return max(1, int(microseconds * STEPS_A_MICROSECOND))


STEPS_A_MICROSECOND = 25


def lengths(kind, mean):
    count = max(8, min(20_000, int(SECONDS * WORKERS * 1e6 / max(mean, 60))))
    source = random.Random(5)
    if kind == "even":
        return [mean] * count
    if kind == "ramp":
        return [2 * mean * (at + 0.5) / count for at in range(count)]
    heavy = [min(40.0, source.paretovariate(1.4)) for _ in range(count)]
    return [mean * length * count / sum(heavy) for length in heavy]


def main():
    (kind, mean), chunk, order, workers = sys.argv[1].split("-"), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    steps = [steps_of(length) for length in lengths(kind, float(mean))]
    if order == "longest":
        steps.sort(reverse=True)
    with multiprocessing.Pool(workers) as pool:
        begin = time.monotonic()
        pool.map(spin, steps, chunksize=chunk)
        print(time.monotonic() - begin)


if __name__ == "__main__":
    main()
