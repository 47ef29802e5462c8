"""The main cases of the contract through openstacksdk: one JSON line a step, {"step": …, "value": …}.

The value is what the call gave, or the class and the words of its error. Arguments: a name that nothing else has.
"""

import json
import sys
import time

import openstack
from openstack.exceptions import NotFoundException, SDKException

TENANT = sys.argv[1]
cloud = openstack.connect()


def plain(value):
    """JSON of what a call gave; of resources all fields but the client's own `location`."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name != "location"}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def step(name, call):
    """Does one call and prints what became of it."""
    result = None
    try:
        result = call()
        value = plain(result)
    except SDKException as error:
        value = {"error": type(error).__name__, "words": str(error)}
    print(json.dumps({"step": name, "value": value}), flush=True)
    return result


def until_gone(get):
    """Asks for what is being deleted until it is not there, 120 seconds at most."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            get()
        except NotFoundException:
            return "gone"
        time.sleep(0.5)
    return "still there"


def names(found):
    return sorted(str(one.name) for one in found)


image = cloud.image.find_image("ubuntu-24.04-kube-v1.36.3")
step("find_image", lambda: [image.name, image.status, image.visibility, image.disk_format])
flavor = step("find_flavor", lambda: cloud.compute.find_flavor("m1.small"))
external = cloud.network.find_network("public")
step("find_network of another project", lambda: [external.name, external.is_router_external, external.is_shared])
step("find_network of nothing", lambda: cloud.network.find_network("nothing"))
step("find_server of nothing", lambda: cloud.compute.find_server("nothing", ignore_missing=False))
step("get_network of nothing", lambda: cloud.network.get_network("00000000-0000-0000-0000-000000000000"))
step("get_server of nothing", lambda: cloud.compute.get_server("00000000-0000-0000-0000-000000000000"))
step("get_volume of nothing", lambda: cloud.block_storage.get_volume("00000000-0000-0000-0000-000000000000"))
step("get_image of nothing", lambda: cloud.image.get_image("00000000-0000-0000-0000-000000000000"))
step(
    "get_load_balancer of nothing",
    lambda: cloud.load_balancer.get_load_balancer("00000000-0000-0000-0000-000000000000"),
)

network = step("create_network", lambda: cloud.network.create_network(name="n1", description="first"))
step("create_network with a wrong MTU", lambda: cloud.network.create_network(name="n2", mtu=-1))
subnet = step(
    "create_subnet",
    lambda: cloud.network.create_subnet(name="s1", network_id=network.id, ip_version=4, cidr="10.0.0.0/24"),
)
step(
    "create_subnet that overlaps",
    lambda: cloud.network.create_subnet(name="s2", network_id=network.id, ip_version=4, cidr="10.0.0.0/25"),
)
router = step(
    "create_router",
    lambda: cloud.network.create_router(name="r1", external_gateway_info={"network_id": external.id}),
)
step("add_interface_to_router", lambda: cloud.network.add_interface_to_router(router, subnet_id=subnet.id))
step("delete_network in use", lambda: cloud.network.delete_network(network))
group = step("create_security_group", lambda: cloud.network.create_security_group(name="sg1"))
rule = {"security_group_id": group.id, "direction": "ingress", "protocol": "tcp", "port_range_min": 22}
step(
    "create_security_group_rule",
    lambda: cloud.network.create_security_group_rule(**rule, port_range_max=22),
)
step(
    "create_security_group_rule once more",
    lambda: cloud.network.create_security_group_rule(**rule, port_range_max=22),
)
# Neutron draws lots for addresses that are not asked for: one might be the VIP's.
ports = [
    {"name": f"p{number}", "network_id": network.id, "fixed_ips": [{"ip_address": f"10.0.0.1{number}"}]}
    for number in range(5)
]
step("create_ports", lambda: sorted(plain(list(cloud.network.create_ports(ports))), key=lambda port: port["name"]))
step(
    "ports, two a page",
    lambda: names(cloud.network.ports(network_id=network.id, device_owner="", limit=2)),
)
port = cloud.network.find_port("p0")
step("update_port", lambda: cloud.network.update_port(port, security_groups=[group.id]))
step("set_tags", lambda: cloud.network.set_tags(port, ["blue", "green"]))
step("ports with a tag", lambda: names(cloud.network.ports(tags="blue")))

def create_server(number):
    """A server on a port of its own, without a floating IP."""
    own = cloud.network.find_port(f"p{number}")
    return cloud.create_server(
        f"sv{number}",
        image=image.id,
        flavor=flavor.id,
        nics=[{"port-id": own.id}],
        auto_ip=False,
        wait=True,
        timeout=120,
    )


servers = [step(f"create_server {number}", lambda: create_server(number)) for number in range(2)]
step("servers, one a page", lambda: names(cloud.compute.servers(details=False, limit=1)))
step("servers by name", lambda: names(cloud.compute.servers(name="sv1")))
step("get_server", lambda: cloud.compute.get_server(servers[0].id))
step("set_server_metadata", lambda: cloud.compute.set_server_metadata(servers[0], colour="blue"))
step("server_interfaces", lambda: list(cloud.compute.server_interfaces(servers[0])))
step("create_server without network", lambda: cloud.compute.create_server(name="sv9", flavor_id=flavor.id))
step("start_server that runs", lambda: cloud.compute.start_server(servers[0]))
address = step(
    "create_ip",
    lambda: cloud.network.create_ip(floating_network_id=external.id, port_id=port.id),
)
volume = step("create_volume", lambda: cloud.create_volume(1, name="v1", wait=True, timeout=60))
step("create_volume of no size", lambda: cloud.block_storage.create_volume(size=0))
step("attach_volume", lambda: cloud.attach_volume(servers[0], volume, wait=True, timeout=60).volume_id)
volume = cloud.block_storage.get_volume(volume.id)
step("delete_volume in use", lambda: cloud.block_storage.delete_volume(volume))
step("detach_volume", lambda: cloud.detach_volume(servers[0], volume, wait=True, timeout=60))

balancer = step(
    "create_load_balancer",
    lambda: cloud.load_balancer.create_load_balancer(name="lb1", vip_subnet_id=subnet.id, vip_address="10.0.0.50"),
)
step(
    "create_listener too early",
    lambda: cloud.load_balancer.create_listener(
        name="l1", load_balancer_id=balancer.id, protocol="TCP", protocol_port=6443
    ),
)
step(
    "wait_for_load_balancer",
    lambda: cloud.load_balancer.wait_for_load_balancer(balancer.id, interval=0.5, wait=120).provisioning_status,
)
step(
    "create_listener",
    lambda: cloud.load_balancer.create_listener(
        name="l1", load_balancer_id=balancer.id, protocol="TCP", protocol_port=6443
    ),
)
cloud.load_balancer.wait_for_load_balancer(balancer.id, interval=0.5, wait=120)
step("delete_load_balancer that has a listener", lambda: cloud.load_balancer.delete_load_balancer(balancer))
step("delete_load_balancer", lambda: cloud.load_balancer.delete_load_balancer(balancer, cascade=True))

zone = step("create_zone", lambda: cloud.dns.create_zone(name=f"{TENANT}.example.net.", email="ops@example.org"))
step("create_zone once more", lambda: cloud.dns.create_zone(name=f"{TENANT}.example.net.", email="ops@example.org"))
step("delete_zone", lambda: cloud.dns.delete_zone(zone).action)
step("create_container", lambda: cloud.object_store.create_container(name="c1").name)
step("upload_object", lambda: cloud.object_store.upload_object("c1", "o1", data="hello", type="text/plain").name)
step("objects", lambda: [plain(one) for one in cloud.object_store.objects("c1")])
step("delete_container in use", lambda: cloud.object_store.delete_container("c1"))
step("download_object", lambda: cloud.object_store.download_object("o1", container="c1").decode())
step("delete_object", lambda: cloud.object_store.delete_object("o1", container="c1"))
step("delete_container", lambda: cloud.object_store.delete_container("c1"))
step("create_project, which is not for users", lambda: cloud.identity.create_project(name="nothing"))

for server in servers:
    step("delete_server", lambda: cloud.delete_server(server.id, wait=True, timeout=60))
    step("get_server until it is gone", lambda: until_gone(lambda: cloud.compute.get_server(server.id)))
    step("delete_server once more", lambda: cloud.compute.delete_server(server.id, ignore_missing=False))
step("ports after the servers", lambda: [[one.name, one.status, one.device_id] for one in sorted(
    cloud.network.ports(network_id=network.id, device_owner=""), key=lambda one: one.name)])
step("delete_volume", lambda: cloud.delete_volume(volume.id, wait=True, timeout=60))
step("delete_ip", lambda: cloud.network.delete_ip(address))
for number in range(5):
    cloud.network.delete_port(cloud.network.find_port(f"p{number}"))
step("get_load_balancer until it is gone", lambda: until_gone(lambda: cloud.load_balancer.get_load_balancer(balancer.id)))
step("remove_interface_from_router", lambda: cloud.network.remove_interface_from_router(router, subnet_id=subnet.id))
step("delete_router", lambda: cloud.network.delete_router(router))
step("delete_network", lambda: cloud.network.delete_network(network))
step("delete_network once more", lambda: cloud.network.delete_network(network, ignore_missing=False))
step("delete_security_group", lambda: cloud.network.delete_security_group(group))
step("what is left", lambda: [names(cloud.network.ports()), names(cloud.compute.servers()), names(cloud.block_storage.volumes())])
