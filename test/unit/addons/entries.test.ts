import { describe, expect, it } from 'vitest';
import { addonKeys, addonOf, isCniKey, releasesOf, versionIssues } from '../../../addons/index.ts';
import { specFields } from '../../../cli/reference/spec-table.ts';
import { clusterSpecSchema } from '../../../model/index.ts';
import { z } from 'zod';
import { checkPaths, recordedPaths, setBy } from '../../addons/recorded-paths.ts';
import { samples, sampleValues } from '../../addons/samples.ts';
import { isFields, pathsSet, pathsUnknown } from '../../addons/values-paths.ts';

const wanted = (addons: object) => clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', addons }).addons;

describe('values of the catalogue', () => {
  it('exist in the charts that are pinned', async () => {
    const { problems, addons, paths } = await checkPaths();
    expect(problems).toEqual([]);
    expect(addons).toBe(addonKeys().length);
    expect(paths).toBeGreaterThan(addons);
  });

  it.each(addonKeys())('of %s: a path that its chart does not have is found', async (key) => {
    const { paths } = await recordedPaths(key);
    const misspelt = setBy(key).map((path) => path.replace(/(\w)(?=\.|$)/, '$1x'));
    expect(pathsUnknown(misspelt, paths)).toEqual(misspelt);
  });

  it.each(addonKeys())('of %s: samples set every option', (key) => {
    const options = specFields(z.toJSONSchema(addonOf(key).options, { io: 'input' })).map(({ path }) => path);
    const given = samples[key].flatMap((sample) => namesIn(sample));
    const missing = options.filter((path) => path !== 'required' && !given.includes(path));
    expect(missing).toEqual([]);
  });

  it.each(addonKeys())('of %s: are plain JSON and hold nothing secret', (key) => {
    for (const { values, secretPaths } of sampleValues(key)) {
      expect(JSON.parse(JSON.stringify(values))).toEqual(values);
      expect(JSON.stringify(values)).not.toContain('addons/atlas/');
      const set = pathsSet(values);
      // Objects only lead to what is secret: Helm's values are put together by names.
      for (const path of secretPaths) {
        expect(set.filter((other) => path === other || path.startsWith(`${other}.`))).toEqual([]);
      }
    }
  });
});

describe('an entry of the catalogue', () => {
  it.each(addonKeys())('%s waits for addons that there are', (key) => {
    expect(addonOf(key).after.filter((other) => !addonKeys().some((one) => one === other))).toEqual([]);
  });

  it('has a release and a title of its own', () => {
    const names = addonKeys().flatMap((key) => [addonOf(key).release, addonOf(key).crds?.release ?? `no ${key}`]);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(addonKeys().map((key) => addonOf(key).title)).size).toBe(addonKeys().length);
  });

  it.each(addonKeys())('%s has a chart for the Kubernetes that is the default', (key) => {
    const [sample] = samples[key];
    const addons = wanted(isCniKey(key) ? { cni: { kind: key, ...sample } } : { [key]: sample });
    expect(versionIssues(addons, '1.36.3')).toEqual([]);
    expect(releasesOf(addons, '1.36.3').map((one) => one.key)).toContain(key);
  });
});

describe('the pod network', () => {
  it('is none when nobody asks', () => {
    expect(releasesOf(wanted({}), '1.36.3')).toEqual([]);
    expect(releasesOf(wanted({ cni: { kind: 'none' } }), '1.36.3')).toEqual([]);
  });

  it.each(['calico', 'cilium', 'flannel'] as const)('%s has every default, and comes with the network', (kind) => {
    const addons = wanted({ cni: { kind } });
    expect(addons.cni).toMatchObject({ kind, required: true });
    const releases = releasesOf(addons, '1.36.3');
    expect(releases.map(({ key }) => key)).toContain(kind);
    expect(releases.map(({ stage, required }) => [stage, required])).toEqual(releases.map(() => ['network', true]));
  });

  it('of Calico has its definitions first', () => {
    const releases = releasesOf(wanted({ cni: { kind: 'calico' } }), '1.36.3');
    const [definitions, calico] = releases;
    expect(definitions).toMatchObject({
      ...{ key: 'calico-crds', release: 'calico-crds', version: calico?.version, rank: 0 },
      chart: { name: 'crd.projectcalico.org.v1' },
    });
    expect(calico).toMatchObject({ key: 'calico', after: ['calico-crds'], rank: 1 });
    expect(releases).toHaveLength(2);
  });

  it('without a chart for a version is named by its field', () => {
    const [issue] = versionIssues(wanted({ cni: { kind: 'calico' } }), '1.99.0');
    expect(issue).toMatchObject({ key: 'cni', message: expect.stringContaining('Calico has no chart') as string });
  });
});

describe('what is secret', () => {
  it('is a reference to Vault beside the values', () => {
    const [eos] = releasesOf(wanted({ eos: { keytab: 'addons/atlas/eos#keytab' } }), '1.36.3');
    expect(eos?.secretValues).toEqual({ 'extraSecrets.eos-keytab.stringData.keytab': 'addons/atlas/eos#keytab' });
  });

  it('stands in no values where nothing is named', () => {
    const [monitoring] = releasesOf(wanted({ kubePrometheusStack: {} }), '1.36.3');
    expect(monitoring?.secretValues).toEqual({});
  });
});

/** Every field that an object sets, as `shares[].server`. */
function namesIn(value: unknown, prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((one) => namesIn(one, `${prefix.slice(0, -1)}[].`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => [`${prefix}${name}`, ...namesIn(inner, `${prefix}${name}.`)]);
}
