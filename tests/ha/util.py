# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the harness share: clocks, waiting, ending processes."""
import ctypes
import datetime
import os
import signal
import subprocess
import time


class Trouble(Exception):
    """The harness could not do its work; not what is being tested."""


class Skip(Exception):
    """Not possible here; the text says why."""


def now():
    """Seconds on the boot clock, which is also that of the load's log."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall():
    return datetime.datetime.now(datetime.timezone.utc)


def wait_for(condition, seconds, what, step=0.05):
    """Until condition() is true; returns what it gave."""
    deadline = now() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if now() > deadline:
            raise Trouble(f"not within {seconds} s: {what}")
        time.sleep(step)


def hold(seconds):
    """A fault lasts so long: time that belongs to the scenario, not waiting for something."""
    time.sleep(seconds)


LIBC = ctypes.CDLL(None, use_errno=True)
PRCTL = LIBC.prctl  # looked up here, not between fork and exec
PR_SET_PDEATHSIG, CLONE_NEWNS = 1, 0x20000


def dies_with_us(also=None):
    """For preexec_fn: the child does not outlive a harness that is killed."""
    def prepare():
        PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)
        if also is not None:
            also()
    return prepare


def own_mounts():
    """What is mounted from now on is gone with this process and its children."""
    if is_root() and LIBC.unshare(CLONE_NEWNS) == 0:
        subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True, check=False)


def end(process, sig=signal.SIGTERM, seconds=20):
    """Its exit status."""
    if process.poll() is None:
        process.send_signal(sig)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Trouble(f"process {process.args[0]} did not end on signal {int(sig)}") from None


def is_root():
    return os.geteuid() == 0
