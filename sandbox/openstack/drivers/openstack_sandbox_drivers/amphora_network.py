"""Octavia with real Neutron ports for VIPs, whose amphorae exist nowhere: plugging a port in only notes the amphora on it."""

from octavia.network import data_models
from octavia.network.drivers.neutron import allowed_address_pairs


class AmphoraNetwork(allowed_address_pairs.AllowedAddressPairsDriver):
    def plug_port(self, amphora, port):
        self.network_proxy.update_port(port.id, device_id=amphora.compute_id)
        return data_models.Interface(
            compute_id=amphora.compute_id,
            network_id=port.network_id,
            port_id=port.id,
            fixed_ips=port.fixed_ips,
        )

    def unplug_network(self, compute_id, network_id):
        pass
