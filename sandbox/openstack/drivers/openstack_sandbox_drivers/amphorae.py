"""Amphorae that exist nowhere, but take their time as real ones do: what waits for them is PENDING for long enough to be seen."""

import time

from octavia.amphorae.drivers.noop_driver import driver as amphora_driver
from octavia.compute.drivers.noop_driver import driver as compute_driver

BOOT_SECONDS = 2
RELOAD_SECONDS = 1.5


class AmphoraCompute(compute_driver.NoopComputeDriver):
    def build(self, *args, **kwargs):
        time.sleep(BOOT_SECONDS)
        return super().build(*args, **kwargs)

    def delete(self, compute_id):
        time.sleep(BOOT_SECONDS)
        return super().delete(compute_id)


class Amphora(amphora_driver.NoopAmphoraLoadBalancerDriver):
    def update(self, loadbalancer):
        time.sleep(RELOAD_SECONDS)
        super().update(loadbalancer)

    def delete(self, listener):
        time.sleep(RELOAD_SECONDS)
        super().delete(listener)
