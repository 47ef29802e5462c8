import { describe, expect, it } from 'vitest';
import { addonKeys, addonOf, addonOrder, catalogue, type ClusterFacts, releasesOf } from '../../../addons/index.ts';
import { addonsSchema, clusterSpecSchema, parseInput } from '../../../model/index.ts';

const facts: ClusterFacts = {
  ...{ id: 'atlas-aaaaaa', name: 'atlas', kubernetesVersion: '1.36.3', controlPlanes: 3 },
  ...{ podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16', dnsDomain: 'cluster.local' },
  ...{ api: { host: '127.64.0.3', port: 6443 }, kubeletCertificatesSigned: false },
};

it('no two addons are one release', () => {
  const names = addonKeys().map((key) => `${addonOf(key).namespace}/${addonOf(key).release}`);
  expect(new Set(names).size).toBe(names.length);
  expect(addonOrder(addonKeys().map((key) => ({ key, after: addonOf(key).after }))).circle).toBeUndefined();
});

describe('values of Metrics Server', () => {
  const { options } = catalogue.metricsServer;

  it('do without certificates of kubelets where nobody has signed them', () => {
    expect(catalogue.metricsServer.values(options.parse({}), facts)).toEqual({
      replicas: 1,
      args: ['--kubelet-insecure-tls'],
    });
  });

  it('keep one of several during drains', () => {
    const signed = { ...facts, kubeletCertificatesSigned: true };
    expect(catalogue.metricsServer.values(options.parse({ replicas: 2 }), signed)).toEqual({
      ...{ replicas: 2, args: [] },
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
    });
  });
});

it('values of cert-manager bring its custom resource definitions', () => {
  const { options } = catalogue.certManager;
  expect(catalogue.certManager.values(options.parse({ replicas: 2 }), facts)).toMatchObject({
    crds: { enabled: true },
    webhook: { replicaCount: 2 },
  });
});

describe('the order', () => {
  it('ranks each behind all that come before it, and passes over what is not wanted', () => {
    const { ranks, circle } = addonOrder([
      { key: 'c', after: ['b', 'a'] },
      { key: 'b', after: ['a', 'none'] },
      { key: 'a', after: [] },
      { key: 'd', after: ['none'] },
    ]);
    expect(Object.fromEntries(ranks)).toEqual({ a: 0, b: 1, c: 2, d: 0 });
    expect(circle).toBeUndefined();
  });

  it('names a circle', () => {
    const { circle } = addonOrder([
      { key: 'x', after: ['a'] },
      { key: 'a', after: ['b'] },
      { key: 'b', after: ['a'] },
    ]);
    expect([...(circle ?? [])].sort()).toEqual(['a', 'b']);
  });
});

const custom = (...addons: object[]) => ({ custom: addons.map((one) => ({ chart: 'web', version: '1.0.0', ...one })) });

describe('addons of a specification', () => {
  it('are none unless they are named', () => {
    expect(clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' }).addons).toEqual({ custom: [] });
  });

  it('have their defaults, in a namespace of their own', () => {
    const addons = addonsSchema.parse({ metricsServer: {}, ...custom({ name: 'web' }) });
    expect(addons).toMatchObject({
      metricsServer: { required: false, replicas: 1 },
      custom: [{ values: {}, secretValues: {}, after: [], required: false }],
    });
    expect(releasesOf(addons, '1.36.3').map(({ release, namespace }) => `${namespace}/${release}`)).toEqual([
      'kube-system/metrics-server',
      'web/web',
    ]);
  });

  it.each([
    ['web', { name: 'web' }],
    [
      'oci://registry.example.org:5000/charts/web',
      { name: 'web', repository: 'oci://registry.example.org:5000/charts' },
    ],
    ['https://charts.example.org/stable/web', { name: 'web', repository: 'https://charts.example.org/stable' }],
  ])('may have the chart %s', (chart, expected) => {
    const [release] = releasesOf(addonsSchema.parse(custom({ name: 'web', chart })), '1.36.3');
    expect(release?.chart).toEqual(expected);
  });

  it.each([
    [{ nothing: {} }, 'nothing'],
    [{ metricsServer: { replicas: 0 } }, 'metricsServer.replicas'],
    [{ metricsServer: { args: [] } }, 'metricsServer.args'],
    [{ metricsServer: true }, 'metricsServer'],
    [custom({ name: 'Web' }), 'custom[0].name'],
    [custom({ name: 'metrics-server' }), 'custom[0].name'],
    [custom({ name: 'web' }, { name: 'web' }), 'custom[1].name'],
    [custom({ name: 'web', version: '^1.0.0' }), 'custom[0].version'],
    [custom({ name: 'web', version: 'latest' }), 'custom[0].version'],
    [custom({ name: 'web', chart: '../web' }), 'custom[0].chart'],
    [custom({ name: 'web', chart: '/etc/web' }), 'custom[0].chart'],
    [custom({ name: 'web', chart: '--help' }), 'custom[0].chart'],
    [custom({ name: 'web', chart: 'oci://registry.example.org/../web' }), 'custom[0].chart'],
    [custom({ name: 'web', after: ['none'] }), 'custom[0].after'],
    [custom({ name: 'a', after: ['b'] }, { name: 'b', after: ['a'] }), 'custom[0].after'],
    [
      custom({ name: 'web', secretValues: { password: 'clusters/atlas-aaaaaa/kubeconfig#kubeconfig' } }),
      'custom[0].secretValues.password',
    ],
    [
      custom({ name: 'web', secretValues: { password: 'addons/../clouds/sandbox#cloud' } }),
      'custom[0].secretValues.password',
    ],
    [custom({ name: 'web', secretValues: { password: 'addons/web' } }), 'custom[0].secretValues.password'],
    [custom({ name: 'web', values: { large: 'x'.repeat(20_000) } }), 'custom[0].values'],
  ])('are refused where they cannot be: %#', (addons, path) => {
    const parsed = parseInput(addonsSchema, addons);
    expect(parsed.ok ? [] : parsed.issues.map((issue) => issue.path)).toContain(path);
  });

  it('need a chart for the version of Kubernetes', () => {
    const spec = { name: 'atlas', cloud: 'sandbox', addons: { certManager: {} } };
    const parsed = parseInput(clusterSpecSchema, { ...spec, kubernetes: { version: '1.40.0' } });
    expect(parsed).toMatchObject({ ok: false, issues: [{ path: 'addons.certManager' }] });
  });
});
