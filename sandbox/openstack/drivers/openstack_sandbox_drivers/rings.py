"""Swift's three rings with one device each: python -m openstack_sandbox_drivers.rings <folder> <account port> <container port> <object port>"""

import os
import sys

from swift.common.ring import RingBuilder


def main():
    folder, *ports = sys.argv[1:]
    for name, port in zip(("account", "container", "object"), ports, strict=True):
        builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        device = {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "disk", "weight": 1, "meta": ""}
        builder.add_dev({**device, "replication_ip": "127.0.0.1", "replication_port": int(port)})
        builder.rebalance()
        builder.get_ring().save(os.path.join(folder, f"{name}.ring.gz"))


main()
