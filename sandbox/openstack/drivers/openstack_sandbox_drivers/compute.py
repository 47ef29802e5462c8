"""nova-compute for several hosts: python -m openstack_sandbox_drivers.compute <nova.conf> <host.conf>...

Every host is a nova-compute process of its own, as (anti-)affinity needs it; they are forked after the imports, which are what
starting one costs (seconds of processor time and 100 MB).
"""

import ctypes
import os
import signal
import sys

from nova.cmd import compute
from nova.virt import fake  # noqa: F401  imported once for all hosts

from openstack_sandbox_drivers import compute_driver

PR_SET_PDEATHSIG = 1


def serve(common, own):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if compute.monkey_patch.is_patched():
        import eventlet.hubs

        # What waits for events must not be shared with the other hosts.
        eventlet.hubs.use_hub()
    sys.argv = ["nova-compute", "--config-file", common, "--config-file", own]
    compute.main()


def main():
    # Nova looks for drivers below nova.virt only.
    sys.modules["nova.virt.sandbox"] = compute_driver
    common, *hosts = sys.argv[1:]
    children = set()
    for own in hosts:
        child = os.fork()
        if child == 0:
            serve(common, own)
            os._exit(0)
        children.add(child)

    def stop(number, frame):
        for child in children:
            os.kill(child, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    code = 0
    while children:
        child, status = os.wait()
        children.discard(child)
        code = code or os.waitstatus_to_exitcode(status)
        stop(None, None)  # One that ends, ends all.
    sys.exit(abs(code))


main()
