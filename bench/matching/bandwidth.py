"""What the memory of this machine gives: copying a large array, and fetching single lines of a cache from all over it.

A pair compared costs a few fetches from all over the index; how many of them one core makes in a second is the limit
that memory sets to pairs per second.
"""

import json
import time

import numpy as np

LARGE = 64 << 20  # elements of 8 bytes: 512 MB, far more than any cache
FETCHES = 4 << 20


def best(work, times: int = 5) -> float:
    """The shortest of a few runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        began = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest


def main() -> None:
    source, target = np.ones(LARGE), np.empty(LARGE)
    copy_s = best(lambda: np.copyto(target, source))
    # Places in random order, all different: fetches do not wait for each other, as in a loop over candidates.
    places = np.random.default_rng(1).permutation(LARGE)[:FETCHES]
    fetched = np.empty(FETCHES)
    fetch_s = best(lambda: np.take(source, places, out=fetched, mode="clip"))
    print(json.dumps({
        "copy_gb_per_s": round(2 * LARGE * 8 / copy_s / 1e9, 2),
        "random_fetches_per_s": round(FETCHES / fetch_s),
    }))


if __name__ == "__main__":
    main()
