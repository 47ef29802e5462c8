"""Octavia's provider `ovn` without OVN: it refuses what ovn-octavia-provider refuses (ovn_octavia_provider/driver.py), in its words.

What it takes is built as amphorae are here: in the database only.
"""

from octavia.api.drivers.amphora_driver.v2.driver import AmphoraProviderDriver
from octavia_lib.api.drivers import data_models, exceptions

PROTOCOLS = ("TCP", "UDP", "SCTP")
ALGORITHMS = ("SOURCE_IP_PORT",)


def given(value):
    return [] if isinstance(value, data_models.UnsetType) or value is None else value


def refuse(words):
    raise exceptions.UnsupportedOptionError(user_fault_string=words, operator_fault_string=words)


class OvnProvider(AmphoraProviderDriver):
    def _validate_pool_algorithm(self, pool):
        self._check_protocol(pool)
        algorithm = given(pool.lb_algorithm)
        if algorithm and algorithm not in ALGORITHMS:
            refuse(f"OVN provider does not support {algorithm} algorithm")

    def _validate_listener_protocol(self, listener):
        self._check_protocol(listener)
        if given(listener.allowed_cidrs):
            refuse("OVN provider does not support allowed_cidrs option")

    def _check_protocol(self, resource):
        protocol = given(resource.protocol)
        if protocol and protocol not in PROTOCOLS:
            refuse(f"OVN provider does not support {protocol} protocol")

    def loadbalancer_create(self, loadbalancer):
        for listener in given(loadbalancer.listeners):
            self._validate_listener_protocol(listener)
        for pool in given(loadbalancer.pools):
            self._validate_pool_algorithm(pool)
        super().loadbalancer_create(loadbalancer)

    def listener_update(self, old_listener, new_listener):
        if given(new_listener.allowed_cidrs):
            refuse("OVN provider does not support allowed_cidrs option")
        super().listener_update(old_listener, new_listener)
