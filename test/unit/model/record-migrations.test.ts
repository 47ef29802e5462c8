import { describe, expect, it } from 'vitest';
import { clusterRecordSchema, clusterSpecSchema, newRecord, parseInput, remember } from '../../../model/index.ts';

const NOW = '2026-01-02T03:04:05.000Z';
const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', nodeGroups: [{ name: 'workers', count: 2 }] });
const ended = {
  operation: 'createCluster',
  workflowId: 'w',
  requestedBy: 'r',
  startedAt: NOW,
  endedAt: NOW,
  outcome: 'completed',
} as const;
const created = {
  ...{ name: 'atlas', id: 'atlas-aaaaaa', apiEndpoint: 'https://127.64.0.3:6443', kubeconfigPath: 'p' },
  ...{ kubernetesVersion: '1.36.3', controlPlanes: 3, nodes: 2, secondsToReady: 40 },
};

/** As version 0.1.0 wrote it. */
const first = {
  id: 'atlas-aaaaaa',
  spec,
  createdAt: NOW,
  createdBy: 'r',
  created,
  phase: 'Ready',
  operations: 1,
  last: ended,
  queue: [],
};

const kubernetesVersion = spec.kubernetes.version;

/** As it was written before machines had generations. */
const withoutGenerations = {
  ...{ schema: 1, id: 'atlas-aaaaaa', spec, createdAt: NOW, createdBy: 'r', created, phase: 'Ready', operations: 2 },
  history: [ended, { ...ended, operation: 'resizeNodeGroup' }],
  observed: {
    controlPlane: { count: 3, kubernetesVersion },
    nodeGroups: { workers: { count: 2, kubernetesVersion }, spare: { count: 0, kubernetesVersion } },
  },
  queue: [],
};

/** What is known of machines that were made before machines had generations. */
const machines = (count: number) => ({
  ...{ count, kubernetesVersion },
  generations: count === 0 ? [] : [{ generation: '', count, kubernetesVersion }],
});

describe('a record without generations', () => {
  it('goes on with machines that have none', () => {
    expect(parseInput(clusterRecordSchema, withoutGenerations)).toEqual({
      ok: true,
      value: {
        ...withoutGenerations,
        schema: 4,
        observed: { controlPlane: machines(3), nodeGroups: { workers: machines(2), spare: machines(0) }, addons: {} },
      },
    });
  });

  it('of a cluster that was only asked for has seen nothing', () => {
    const { id, createdAt, queue } = withoutGenerations;
    const before = { schema: 1, id, spec, createdAt, queue, history: [], phase: 'Creating', operations: 0 };
    expect(parseInput(clusterRecordSchema, before)).toEqual({ ok: true, value: { ...before, schema: 4 } });
  });

  it.each(['much', { controlPlane: 3 }, { controlPlane: machines(3), nodeGroups: { workers: null } }])(
    'in which %j was observed says what is wrong with it',
    (observed) => {
      const parsed = parseInput(clusterRecordSchema, { ...withoutGenerations, observed });
      expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toContainEqual(expect.stringMatching(/^observed/));
    },
  );
});

describe('a record of version 0.1.0', () => {
  it('goes on as one of today', () => {
    const { last, ...same } = first;
    expect(parseInput(clusterRecordSchema, first)).toEqual({
      ok: true,
      value: {
        ...same,
        schema: 4,
        history: [last],
        observed: { controlPlane: machines(3), nodeGroups: { workers: machines(2) }, addons: {} },
      },
    });
  });

  it('of a cluster that was only asked for has seen nothing', () => {
    const { id, createdAt, queue } = first;
    const parsed = parseInput(clusterRecordSchema, { id, spec, createdAt, queue, phase: 'Creating', operations: 0 });
    expect(parsed).toMatchObject({ ok: true, value: { history: [] } });
    expect(parsed.ok && parsed.value.observed).toBeUndefined();
  });
});

describe('a record without addons', () => {
  it('goes on with none, of a specification and of what was seen', () => {
    const { addons, ...before } = spec;
    const observed = { controlPlane: machines(3), nodeGroups: { workers: machines(2) } };
    const record = { ...withoutGenerations, schema: 2, spec: before, observed };
    expect(addons).toEqual({ custom: [] });
    expect(parseInput(clusterRecordSchema, record)).toEqual({
      ok: true,
      value: { ...record, schema: 4, spec, observed: { ...observed, addons: {} } },
    });
  });
});

describe('a record without users', () => {
  it('goes on with none, and none who may do anything', () => {
    const { access, kubernetes, ...others } = spec;
    const { authentication, ...before } = kubernetes;
    expect([access, authentication]).toEqual([[], { oidc: [] }]);
    const observed = { controlPlane: machines(3), nodeGroups: { workers: machines(2) }, addons: {} };
    const record = { ...withoutGenerations, schema: 3, spec: { ...others, kubernetes: before }, observed };
    expect(parseInput(clusterRecordSchema, record)).toEqual({ ok: true, value: { ...record, schema: 4, spec } });
  });
});

describe('a record', () => {
  it('of today is read as it was written', () => {
    const record = newRecord('atlas-aaaaaa', spec, NOW, 'digest');
    expect(parseInput(clusterRecordSchema, record)).toEqual({ ok: true, value: record });
  });

  it.each([
    [{ ...first, schema: 5 }],
    [{ ...first, schema: -1 }],
    [{ ...first, schema: '0' }],
    [null],
    ['record'],
    [[]],
  ])('of a newer version, or none, is not read: %#', (record) => {
    expect(parseInput(clusterRecordSchema, record).ok).toBe(false);
  });

  it('remembers twenty operations, and of the earlier failures the first words', () => {
    const failed = { ...ended, outcome: 'failed', failure: { type: 'T', message: 'x'.repeat(900), left: [] } } as const;
    const history = Array.from({ length: 30 }, () => failed).reduce<Parameters<typeof remember>[0]>(remember, []);
    expect(history).toHaveLength(20);
    expect(history.at(-1)?.failure).toEqual(failed.failure);
    expect(history[0]?.failure).toEqual({ type: 'T', message: 'x'.repeat(300) });
  });
});
