"""Runs a command and writes what it cost to a file descriptor. A process of its own, and a small one: Linux counts the
memory that the starting process had into the peak of what it starts."""

import json
import os
import sys
import time


def main() -> int:
    report, command = int(sys.argv[1]), sys.argv[2:]
    began = time.monotonic()
    os.set_inheritable(report, False)
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    cost = {
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "wall_s": time.monotonic() - began,
        # Linux counts ru_maxrss in KiB.
        "peak_mb": usage.ru_maxrss / 1024,
    }
    os.write(report, json.dumps(cost).encode())
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
