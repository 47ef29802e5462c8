"""Nova's fake hypervisor for a cloud that is stopped and started again.

The stock one (nova/virt/fake.py) draws a new node identity at each start, after which nova-compute refuses to run, and knows
nothing of the servers of an earlier start, which nova-compute would then mark as shut down.
"""

from nova import exception
from nova.compute import power_state
from nova.virt import fake, hardware, node

LASTING = (power_state.RUNNING, power_state.SHUTDOWN, power_state.PAUSED)


class LastingFakeDriver(fake.FakeDriver):
    def get_nodenames_by_uuid(self, refresh=False):
        return {node.get_local_node_uuid(): self.get_available_nodes()[0]}

    def get_available_resource(self, nodename):
        return {**super().get_available_resource(nodename), "uuid": node.get_local_node_uuid()}

    def get_info(self, instance, use_cache=True):
        try:
            return super().get_info(instance, use_cache)
        except exception.InstanceNotFound:
            if instance.power_state in LASTING:
                return hardware.InstanceInfo(state=instance.power_state)
            raise
