import { describe, expect, it } from 'vitest';
import { type AddonChange, addonChanges, addonsSchema } from '../../../model/index.ts';

const KUBERNETES = '1.36.3';
const greeter = { name: 'greeter', chart: 'greeter', version: '1.0.0' };

/** What becomes of each addon, `key: change`. */
const changes = (before: object, wanted: object): string[] =>
  addonChanges(addonsSchema.parse(before), addonsSchema.parse(wanted), KUBERNETES).map(
    ({ key, change }: AddonChange) => `${key}: ${change}`,
  );

describe('a change of addons', () => {
  it('keeps what is wanted alike, whatever the order of its fields', () => {
    const one = { custom: [{ ...greeter, values: { a: 1, b: 2 } }], metricsServer: { replicas: 2 } };
    const other = { metricsServer: { replicas: 2 }, custom: [{ values: { b: 2, a: 1 }, ...greeter }] };
    expect(changes(one, other)).toEqual(['metricsServer: keep', 'greeter: keep']);
  });

  it.each([
    ['of the catalogue', { metricsServer: {} }, { metricsServer: { replicas: 2 } }, ['metricsServer: change']],
    ['of one’s own', { custom: [greeter] }, { custom: [{ ...greeter, values: { a: 1 } }] }, ['greeter: change']],
    [
      'of the pod network',
      { cni: { kind: 'calico' } },
      { cni: { kind: 'calico', mtu: 1450 } },
      ['calico-crds: keep', 'calico: change'],
    ],
  ])('changes other options %s', (_, before, wanted, expected) => {
    expect(changes(before, wanted)).toEqual(expected);
  });

  it('installs what is new, and removes last what is gone', () => {
    expect(changes({ custom: [greeter] }, { metricsServer: {} })).toEqual([
      'metricsServer: install',
      'greeter: remove',
    ]);
    expect(changes({ cni: { kind: 'cilium' } }, { cni: { kind: 'flannel' } })).toEqual([
      'flannel: install',
      'cilium: remove',
    ]);
  });

  it('says from which version, and after what', () => {
    const wanted = { metricsServer: {}, custom: [{ ...greeter, version: '1.1.0', after: ['metricsServer'] }] };
    const all = addonChanges(addonsSchema.parse({ custom: [greeter] }), addonsSchema.parse(wanted), KUBERNETES);
    expect(all.find(({ key }) => key === 'greeter')).toEqual({
      ...{ key: 'greeter', change: 'change', version: '1.1.0', from: '1.0.0', after: ['metricsServer'] },
    });
  });
});
