"""A training loop on the CUDA of fakeCupti.c, which PERFSCOPE_CUPTI names: each phase launches its own kernels.

    training.py STEPS [threads]     prints how many kernels each phase launched
"""

import ctypes
import os
import sys
import threading
import time

cuda = ctypes.CDLL(os.environ["PERFSCOPE_CUPTI"])
FORWARD, BACKWARD, OTHER = b"_Z7forwardPf", b"_Z8backwardPf", b"_Z5otherPf"
PHASE = 0.05


def launch(name, count):
    for _ in range(count):
        cuda.fake_launch(name, 7, ctypes.c_uint64(2000), 64, 128, 0)


def phase(name):
    """Launches for some CPU time of its thread."""
    count = 0
    until = time.thread_time() + PHASE
    while time.thread_time() < until:
        launch(name, 5)
        count += 5
        sum(range(2000))
    return count


def forward():
    return phase(FORWARD)


def backward():
    return phase(BACKWARD)


def other(counts):
    counts.append(phase(OTHER))


def main():
    steps, threads = int(sys.argv[1]), len(sys.argv) > 2
    cuda.fake_init()
    batch = ctypes.create_string_buffer(os.urandom(1 << 16), 1 << 16)
    counts, others = [0, 0], []
    for _ in range(steps):
        cuda.fake_copy(1, 1, 3, batch, ctypes.c_uint64(1 << 16), 7, 0)
        helper = threading.Thread(target=other, args=(others,))
        if threads:
            helper.start()
        counts[0] += forward()
        counts[1] += backward()
        cuda.fake_synchronize()
        if threads:
            helper.join()
    print(*counts, sum(others))


main()
