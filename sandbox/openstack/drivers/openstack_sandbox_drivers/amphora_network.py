"""Octavia with real Neutron ports for VIPs, whose amphorae exist nowhere: plugging a port in only notes the amphora on it."""

from octavia.network import data_models
from octavia.network.drivers.neutron import allowed_address_pairs


# What Neutron has does not change while it runs. Each task makes a driver of its own, which would ask for all extensions several times:
# half of the worker's processor time.
_extensions: dict[str, bool] = {}


class AmphoraNetwork(allowed_address_pairs.AllowedAddressPairsDriver):
    def _check_extension_enabled(self, extension_alias):
        if extension_alias not in _extensions:
            _extensions[extension_alias] = super()._check_extension_enabled(extension_alias)
        return _extensions[extension_alias]

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
