"""Tasks that carry a megabyte, through one worker, with and without the hooks of pickling, for pools.mjs.

Both within one process and one pool, turn by turn: the state of the heap alone makes such a task cost up to twice as much in one
process as in the next, by the pages that the kernel has to give it again.

Prints wall microseconds a task without hooks, and what the hooks add: trimmed mean of the differences and its standard error.

    pool_payload.py map|futures ROUNDS
"""

import io
import multiprocessing
import multiprocessing.reduction
import pickle
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor

SIZE = 1_000_000
TASKS = 40
reduction = multiprocessing.reduction
HOOKED = reduction.io, reduction.ForkingPickler.__dict__["loads"]
PLAIN = io, pickle.loads


def use(hooked):
    reduction.io, reduction.ForkingPickler.loads = HOOKED if hooked else PLAIN


def nothing(x):
    return None


def main():
    kind, rounds = sys.argv[1], int(sys.argv[2])
    if HOOKED[0] is io:
        sys.exit("no hooks")
    # Every byte its own: what repeats is looked at no further than what does not.
    item = bytes(range(256)) * (SIZE // 256)
    with multiprocessing.Pool(1) if kind == "map" else ProcessPoolExecutor(1) as pool:

        def run(function, items):
            list(pool.map(function, items, chunksize=1))

        def measure(hooked):
            use(hooked)
            run(use, [hooked])
            run(nothing, [item] * 5)
            started = time.perf_counter()
            run(nothing, [item] * TASKS)
            return (time.perf_counter() - started) / TASKS * 1e6

        run(nothing, [item] * TASKS)
        plain, added = [], []
        for each in range(rounds):
            both = [measure(each % 2 == 1), measure(each % 2 == 0)]
            base, hooked = both[::-1] if each % 2 else both
            plain.append(base)
            added.append(hooked - base)
    tenth = rounds // 10
    kept = sorted(added)[tenth : rounds - tenth]
    error = statistics.stdev(kept) / len(kept) ** 0.5
    print(statistics.median(plain), statistics.mean(kept), error)


if __name__ == "__main__":
    main()
