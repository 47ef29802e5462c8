import { addonRows } from './bad-addon-inputs.ts';
import { flagRows, policyRows } from './bad-api-server-inputs.ts';
import { type BadInput, kubernetes, MINIMAL, type Row, spec } from './bad-input.ts';
import { catalogueRows } from './bad-catalogue-inputs.ts';
import { userRows } from './bad-user-inputs.ts';

const ID = '0b0f6a2e-6a3f-4b53-9a0b-2f5f3f1f7c11';

const group = (fields: object): unknown => spec({ nodeGroups: [{ name: 'workers', ...fields }] });
const network = (fields: object): unknown => spec({ network: fields });

const NOT_AN_OBJECT = /must be an object/;
const A_STRING = /must be a string/;
const A_NETWORK = /must be an IPv4 network/;
const UNKNOWN = /unknown field/;

const rows: readonly Row[] = [
  ['no object at all', 'atlas', '', NOT_AN_OBJECT],
  ['null', null, '', NOT_AN_OBJECT],
  ['a list', [MINIMAL], '', NOT_AN_OBJECT],
  ['an unknown field', spec({ nodes: 3 }), 'nodes', UNKNOWN],

  ['no name', { cloud: 'sandbox' }, 'name', /is required/],
  ['a name that is a number', spec({ name: 7 }), 'name', A_STRING],
  ['an empty name', spec({ name: '' }), 'name', /lower-case letters/],
  ['a name in capitals', spec({ name: 'Atlas' }), 'name', /lower-case letters/],
  ['a name that starts with a digit', spec({ name: '1atlas' }), 'name', /start with a letter/],
  ['a name that ends with a hyphen', spec({ name: 'atlas-' }), 'name', /not end with/],
  ['a name with a slash', spec({ name: 'at/las' }), 'name', /lower-case letters/],
  ['a name that is too long', spec({ name: 'a'.repeat(29) }), 'name', /at most 28 characters/],
  ['a name with a line break', spec({ name: 'atlas\n' }), 'name', /lower-case letters/],
  ['no cloud', { name: 'atlas' }, 'cloud', /is required/],
  ['a cloud that is an object', spec({ cloud: {} }), 'cloud', A_STRING],
  ['a cloud with a path', spec({ cloud: '../codec' }), 'cloud', /lower-case letters/],
  ['a cloud that is too long', spec({ cloud: 'c'.repeat(41) }), 'cloud', /at most 40 characters/],
  ['an empty SSH key', spec({ sshKey: '' }), 'sshKey', /at least 1 character/],
  ['an SSH key that is a list', spec({ sshKey: ['a'] }), 'sshKey', A_STRING],

  ['kubernetes as text', spec({ kubernetes: '1.36.3' }), 'kubernetes', NOT_AN_OBJECT],
  ['an unknown field of kubernetes', kubernetes({ podcidr: '10.0.0.0/16' }), 'kubernetes.podcidr', UNKNOWN],
  ['a version that is a number', kubernetes({ version: 1.36 }), 'kubernetes.version', A_STRING],
  ['a version with a v', kubernetes({ version: 'v1.36.3' }), 'kubernetes.version', /without a leading "v"/],
  ['a version that is too old', kubernetes({ version: '1.33.9' }), 'kubernetes.version', /from 1\.34 on/],
  ['a version without a patch', kubernetes({ version: '1.36' }), 'kubernetes.version', /Kubernetes version/],
  ['a pod range that is none', kubernetes({ podCidr: '10.244.0.0' }), 'kubernetes.podCidr', A_NETWORK],
  ['a pod range with host bits', kubernetes({ podCidr: '10.244.0.1/16' }), 'kubernetes.podCidr', A_NETWORK],
  ['a pod range with a long prefix', kubernetes({ podCidr: '10.244.0.0/33' }), 'kubernetes.podCidr', A_NETWORK],
  ['a service range of IPv6', kubernetes({ serviceCidr: 'fd00::/108' }), 'kubernetes.serviceCidr', A_NETWORK],
  [
    'pods in the services’ range',
    kubernetes({ podCidr: '10.96.0.0/16' }),
    'kubernetes.serviceCidr',
    /overlaps kubernetes\.podCidr/,
  ],
  [
    'pods in the machines’ range',
    kubernetes({ podCidr: '10.0.0.0/8', serviceCidr: '172.16.0.0/16' }),
    'kubernetes.podCidr',
    /overlaps network\.cidr/,
  ],
  ...['10.244.0.0/25', '8.0.0.0/7'].map((podCidr): Row => [
    `pods in ${podCidr}`,
    kubernetes({ podCidr }),
    'kubernetes.podCidr',
    /from \/8 to \/24/,
  ]),
  ...['10.96.0.0/30', '10.96.0.0/29', '10.96.0.0/11'].map((serviceCidr): Row => [
    `services in ${serviceCidr}`,
    kubernetes({ serviceCidr }),
    'kubernetes.serviceCidr',
    /from \/12 to \/28/,
  ]),
  [
    'pods in a range that is not routed',
    kubernetes({ podCidr: '127.0.0.0/16' }),
    'kubernetes.podCidr',
    /not routed: .*127\.0\.0\.0\/8/,
  ],
  [
    'fewer ranges for pods than machines',
    spec({ kubernetes: { podCidr: '10.244.0.0/22' }, nodeGroups: [{ name: 'workers', count: 2 }] }),
    'kubernetes.podCidr',
    /4 ranges of \/24.*5 machines and 3 spare for replacements need a \/21/,
  ],
  [
    'machines that leave no range of pods for a replacement',
    spec({ network: { cidr: '10.6.0.0/16' }, nodeGroups: [{ name: 'workers', count: 230 }] }),
    'kubernetes.podCidr',
    /233 machines and 24 spare for replacements need a \/15/,
  ],
  ...['cluster..local', '.local', 'local.', 'a.-b', '1.2', `${'a'.repeat(64)}.local`].map((dnsDomain): Row => [
    `the domain ${dnsDomain}`,
    kubernetes({ dnsDomain }),
    'kubernetes.dnsDomain',
    /DNS domain/,
  ]),
  ['a version with a leading zero', kubernetes({ version: '1.36.03' }), 'kubernetes.version', /Kubernetes version/],
  ...['a//b', 'a/', 'a:b', 'a/b:5000/c', 'a..b', 'a/B'].map((imageRepository): Row => [
    `the image repository ${imageRepository}`,
    kubernetes({ imageRepository }),
    'kubernetes.imageRepository',
    /registry/,
  ]),
  ...[
    'https://api.example.org:6443',
    '*.*.example.org',
    'api.example.org:6443',
    '10.0.0.256',
    'A.example.org',
    '[::1]',
  ].map((name): Row => [
    `the name ${name} for the certificate`,
    kubernetes({ apiServer: { extraSans: [name] } }),
    'kubernetes.apiServer.extraSans[0]',
    /DNS name.*without scheme and port/,
  ]),
  ['a domain with a space', kubernetes({ dnsDomain: 'cluster local' }), 'kubernetes.dnsDomain', /DNS domain/],
  [
    'an image repository with a scheme',
    kubernetes({ imageRepository: 'HTTPS://x' }),
    'kubernetes.imageRepository',
    /registry/,
  ],
  [
    'a cloud provider nobody knows',
    kubernetes({ cloudProvider: 'openstack' }),
    'kubernetes.cloudProvider',
    /one of: none, external/,
  ],
  ['encryption as text', kubernetes({ encryptionAtRest: 'yes' }), 'kubernetes.encryptionAtRest', /true or false/],
  [
    'an audit policy that is too long',
    kubernetes({ auditPolicy: 'x'.repeat(16_385) }),
    'kubernetes.auditPolicy',
    /at most 16384/,
  ],
  [
    'an empty name for the certificate',
    kubernetes({ apiServer: { extraSans: [''] } }),
    'kubernetes.apiServer.extraSans[0]',
    /at least 1 character/,
  ],
  [
    'too many names for the certificate',
    kubernetes({ apiServer: { extraSans: Array(51).fill('a') } }),
    'kubernetes.apiServer.extraSans',
    /at most 50 entries/,
  ],
  [
    'a flag with its hyphens',
    kubernetes({ apiServer: { extraArgs: { '--v': '2' } } }),
    'kubernetes.apiServer.extraArgs.--v',
    /without "--"/,
  ],
  [
    'a flag’s value that is a number',
    kubernetes({ apiServer: { extraArgs: { v: 2 } } }),
    'kubernetes.apiServer.extraArgs.v',
    A_STRING,
  ],

  ...flagRows,
  ...policyRows,
  ...userRows,

  ['network as a list', spec({ network: [] }), 'network', NOT_AN_OBJECT],
  ['an unknown field of network', network({ cider: '10.6.0.0/16' }), 'network.cider', UNKNOWN],
  ['a machine range that is none', network({ cidr: '300.0.0.0/16' }), 'network.cidr', A_NETWORK],
  [
    'a machine range that is too small',
    network({ cidr: '10.6.0.0/29' }),
    'network.cidr',
    /too few addresses for 6 machines/,
  ],
  ['a network that is a name', network({ networkId: 'mine', subnetId: ID }), 'network.networkId', /id \(UUID\)/],
  ['a network without its subnet', network({ networkId: ID }), 'network.subnetId', /go together/],
  ['a subnet without its network', network({ subnetId: ID }), 'network.subnetId', /go together/],
  ['a router that is a name', network({ routerId: 'router' }), 'network.routerId', /id \(UUID\)/],
  [
    'an external network that is empty',
    network({ externalNetwork: '' }),
    'network.externalNetwork',
    /at least 1 character/,
  ],
  [
    'a DNS server that is a name',
    network({ dnsServers: ['dns.example.org'] }),
    'network.dnsServers[0]',
    /IPv4 address/,
  ],
  [
    'too many DNS servers',
    network({ dnsServers: Array(6).fill('192.0.2.53') }),
    'network.dnsServers',
    /at most 5 entries/,
  ],

  ['api as text', spec({ api: 'public' }), 'api', NOT_AN_OBJECT],
  ['an unknown field of api', spec({ api: { port: 443 } }), 'api.port', UNKNOWN],
  ['public as a number', spec({ api: { public: 1 } }), 'api.public', /true or false/],
  ['a floating IP that is none', spec({ api: { floatingIp: '10.0.0.256' } }), 'api.floatingIp', /IPv4 address/],
  [
    'a floating IP of a private API',
    spec({ api: { public: false, floatingIp: '192.0.2.7' } }),
    'api.floatingIp',
    /public: true/,
  ],
  [
    'an allowed range that is an address',
    spec({ api: { allowedCidrs: ['192.0.2.7'] } }),
    'api.allowedCidrs[0]',
    A_NETWORK,
  ],
  [
    'an empty load balancer provider',
    spec({ api: { loadBalancerProvider: '' } }),
    'api.loadBalancerProvider',
    /at least 1 character/,
  ],

  ['an even number of control planes', spec({ controlPlane: { count: 2 } }), 'controlPlane.count', /1, 3 or 5/],
  ['no control plane', spec({ controlPlane: { count: 0 } }), 'controlPlane.count', /1, 3 or 5/],
  ['seven control planes', spec({ controlPlane: { count: 7 } }), 'controlPlane.count', /1, 3 or 5/],
  ['control planes as text', spec({ controlPlane: { count: '3' } }), 'controlPlane.count', /must be a (whole )?number/],
  ['an unknown field of the control plane', spec({ controlPlane: { taints: [] } }), 'controlPlane.taints', UNKNOWN],
  ['an empty flavor', spec({ controlPlane: { flavor: '' } }), 'controlPlane.flavor', /at least 1 character/],
  ['an image that is a number', spec({ controlPlane: { image: 24.04 } }), 'controlPlane.image', A_STRING],
  [
    'a volume without a size',
    spec({ controlPlane: { rootVolume: {} } }),
    'controlPlane.rootVolume.sizeGiB',
    /is required/,
  ],
  [
    'a volume that is too small',
    spec({ controlPlane: { rootVolume: { sizeGiB: 9 } } }),
    'controlPlane.rootVolume.sizeGiB',
    /at least 10/,
  ],
  [
    'a volume type that is empty',
    spec({ controlPlane: { rootVolume: { sizeGiB: 10, type: '' } } }),
    'controlPlane.rootVolume.type',
    /at least 1 character/,
  ],
  [
    'a server group policy nobody knows',
    spec({ controlPlane: { serverGroupPolicy: 'apart' } }),
    'controlPlane.serverGroupPolicy',
    /one of: soft-anti-affinity/,
  ],
  [
    'a security group by name',
    spec({ controlPlane: { securityGroups: ['default'] } }),
    'controlPlane.securityGroups[0]',
    /id \(UUID\)/,
  ],
  [
    'six zones',
    spec({ controlPlane: { availabilityZones: ['a', 'b', 'c', 'd', 'e', 'f'] } }),
    'controlPlane.availabilityZones',
    /at most 5 entries/,
  ],

  ['node groups as a number', spec({ nodeGroups: 3 }), 'nodeGroups', /must be an array/],
  [
    'too many node groups',
    spec({ nodeGroups: Array.from({ length: 21 }, (_, i) => ({ name: `g${i}` })) }),
    'nodeGroups',
    /at most 20 entries/,
  ],
  ['two node groups of one name', spec({ nodeGroups: [{ name: 'a' }, { name: 'a' }] }), 'nodeGroups', /same name/],
  ['a node group without a name', spec({ nodeGroups: [{ count: 1 }] }), 'nodeGroups[0].name', /is required/],
  [
    'a node group’s name that is too long',
    group({ name: 'g'.repeat(17) }),
    'nodeGroups[0].name',
    /at most 16 characters/,
  ],
  ['the control plane’s name', group({ name: 'control-plane' }), 'nodeGroups[0].name', /belongs to the control plane/],
  ['the control plane’s short name', group({ name: 'cp' }), 'nodeGroups[0].name', /belongs to the control plane/],
  ['an unknown field of a node group', group({ size: 3 }), 'nodeGroups[0].size', UNKNOWN],
  ['fewer than no machines', group({ count: -1 }), 'nodeGroups[0].count', /at least 0/],
  ['too many machines', group({ count: 5001 }), 'nodeGroups[0].count', /at most 5000/],
  ['half a machine', group({ count: 1.5 }), 'nodeGroups[0].count', /whole number/],
  ['a smallest size below none', group({ min: -1 }), 'nodeGroups[0].min', /at least 0/],
  ['a smallest size above the largest', group({ min: 3, max: 2 }), 'nodeGroups[0].min', /not be more than max, 2/],
  ['a largest size that is too large', group({ max: 5001 }), 'nodeGroups[0].max', /at most 5000/],
  ['machines as text', group({ count: '3' }), 'nodeGroups[0].count', /must be a (whole )?number/],
  ['a zone that is empty', group({ availabilityZone: '' }), 'nodeGroups[0].availabilityZone', /at least 1 character/],
  ['labels as a list', group({ labels: ['a=b'] }), 'nodeGroups[0].labels', NOT_AN_OBJECT],
  ['a label’s key with a space', group({ labels: { 'a b': 'c' } }), 'nodeGroups[0].labels.a b', /label key/],
  [
    'a label’s key that is too long',
    group({ labels: { ['k'.repeat(64)]: 'v' } }),
    `nodeGroups[0].labels.${'k'.repeat(64)}`,
    /label key/,
  ],
  [
    'a label’s value that is too long',
    group({ labels: { a: 'v'.repeat(64) } }),
    'nodeGroups[0].labels.a',
    /label value/,
  ],
  ['a label’s value that is a number', group({ labels: { a: 1 } }), 'nodeGroups[0].labels.a', A_STRING],
  ['a reserved label', group({ labels: { 'node-role.kubernetes.io/x': '' } }), 'nodeGroups[0].labels', /reserved/],
  [
    'one of Slipway’s own labels',
    group({ labels: { 'slipway.dev/node-group': 'x' } }),
    'nodeGroups[0].labels',
    /reserved/,
  ],
  ...['a..b/c', `${'a'.repeat(64)}.org/c`].map((key): Row => [
    `a label whose prefix is ${key.slice(0, 8)}`,
    group({ labels: { [key]: 'v' } }),
    `nodeGroups[0].labels.${key}`,
    /prefix is no DNS name/,
  ]),
  [
    'more labels than fit',
    group({ labels: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v'])) }),
    'nodeGroups[0].labels',
    /at most 50 labels/,
  ],
  [
    'two taints with one key and effect',
    group({
      taints: [
        { key: 'a', value: 'b', effect: 'NoSchedule' },
        { key: 'a', value: 'c', effect: 'NoSchedule' },
      ],
    }),
    'nodeGroups[0].taints',
    /same key and effect/,
  ],
  [
    'a taint that Kubernetes removes',
    group({ taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] }),
    'nodeGroups[0].taints[0].key',
    /set and removed by Kubernetes/,
  ],
  ['taints as an object', group({ taints: { a: 'NoSchedule' } }), 'nodeGroups[0].taints', /must be an array/],
  [
    'a taint without an effect',
    group({ taints: [{ key: 'a' }] }),
    'nodeGroups[0].taints[0].effect',
    /one of: NoSchedule|is required/,
  ],
  [
    'a taint’s effect nobody knows',
    group({ taints: [{ key: 'a', effect: 'Never' }] }),
    'nodeGroups[0].taints[0].effect',
    /one of: NoSchedule/,
  ],
  [
    'a taint’s key with a space',
    group({ taints: [{ key: 'a b', effect: 'NoSchedule' }] }),
    'nodeGroups[0].taints[0].key',
    /label key/,
  ],
  [
    'a taint’s value with a space',
    group({ taints: [{ key: 'a', value: 'b c', effect: 'NoSchedule' }] }),
    'nodeGroups[0].taints[0].value',
    /label value/,
  ],

  ...addonRows,
  ...catalogueRows,
];

/** Every way in which an input of `createCluster` can be wrong. */
export const badInputs: readonly BadInput[] = rows.map(([title, input, path, reason]) => ({
  title,
  input,
  path,
  reason,
}));
