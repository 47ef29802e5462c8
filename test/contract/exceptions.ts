import type { Exception } from './kit/compare.ts';

/**
 * Where the real services answer otherwise because no hypervisor, no agent and no amphora stand behind them. The
 * emulator answers as a cloud with all of these does.
 */
export const exceptions: readonly Exception[] = [
  {
    name: 'operating status of load balancers',
    reason:
      'Amphorae report whether members answer; without them everything that stands on members stays OFFLINE, and members of a pool with a monitor are as they were made: OFFLINE or NO_MONITOR, as the database session happens to know of the monitor.',
    covers: (request, path) =>
      (/^POST {load-balancer( root)?}.*\/lbaas\/loadbalancers$/.test(request) &&
        /\.members\.\d+\.operating_status$/.test(path)) ||
      ((/^(GET|PUT) {load-balancer( root)?}.*\/lbaas\/(loadbalancers|listeners|pools)/.test(request) ||
        /^note openstack loadbalancer /.test(request)) &&
        /(?<!health_monitor)\.operating_status$/.test(path)),
  },
  {
    name: 'device names of volumes',
    reason: 'The fake hypervisor names its disks /dev/sda, /dev/sdb; KVM names them /dev/vda, /dev/vdb.',
    covers: (request, path) =>
      (/ {compute( root)?}\/servers\/.*\/os-volume_attachments/.test(request) && /\.device$/.test(path)) ||
      (/^note openstack server (add volume|volume list) /.test(request) && /\.Device$/.test(path)),
  },
  {
    name: 'status of floating IPs',
    reason: 'An L3 agent sets up a floating IP that has a port, and reports it as ACTIVE; without one it stays DOWN.',
    covers: (request, path) =>
      (/ {network( root)?}\/v2\.0\/floatingips/.test(request) && /^body\.floatingips?(\.\d+)?\.status$/.test(path)) ||
      (/^note (openstack floating ip|create_ip)/.test(request) && /^value(\.output)?(\.\d+)?\.[sS]tatus$/.test(path)),
  },
  {
    name: 'status of the ports of routers',
    reason: 'An L3 agent plugs the ports of a router, and reports them as ACTIVE; without one they stay DOWN.',
    covers: (request, path) =>
      / {network( root)?}\/v2\.0\/ports/.test(request) && /^body\.ports?(\.\d+)?\.status$/.test(path),
  },
];
