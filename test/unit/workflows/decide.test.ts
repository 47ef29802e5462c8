import { describe, expect, it } from 'vitest';
import {
  type ClusterPhase,
  type ClusterRecord,
  clusterSpecSchema,
  newRecord,
  type OperationRequest,
  type QueuedOperation,
} from '../../../model/index.ts';
import { decide, type Decision, MAX_QUEUE, mayBegin } from '../../../workflows/cluster/decide.ts';

const NOW = '2026-01-02T03:04:05.000Z';
const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox' });
const created = {
  ...{
    name: 'atlas',
    id: 'atlas-aaaaaa',
    apiEndpoint: 'https://127.64.0.3:6443',
    kubeconfigPath: 'clusters/atlas-aaaaaa/kubeconfig',
  },
  ...{ kubernetesVersion: '1.36.3', controlPlanes: 3, nodes: 3, secondsToReady: 40 },
};

/** A cluster that was created, in this phase. */
const cluster = (phase: ClusterPhase = 'Ready', more: Partial<ClusterRecord> = {}): ClusterRecord => ({
  ...newRecord('atlas-aaaaaa', spec, NOW, 'digest-1'),
  ...{ phase, created, createdBy: 'creator', operations: 1 },
  ...more,
});

let requests = 0;
const ask = (
  operation: OperationRequest['operation'],
  input: object,
  more: Partial<OperationRequest> = {},
): OperationRequest => {
  requests += 1;
  // What a test leaves out, the schemas fill in, as the caller's workflow does.
  const plain = { operation, input: input as OperationRequest['input'] };
  return { ...plain, requestedBy: `caller-${requests}`, requestId: `request-${requests}`, ...more };
};
const resize = (count: number, more: object = {}): OperationRequest =>
  ask('resizeNodeGroup', { name: 'atlas', group: 'workers', count, onBlocked: 'fail', drainMinutes: 15, ...more });
const remove = (more: object = {}): OperationRequest =>
  ask('deleteCluster', { name: 'atlas', abandon: false, ...more });
const create = (more: Partial<OperationRequest> = {}, input: object = spec): OperationRequest =>
  ask('createCluster', input, more);

const entryOf = ({ operation, input, requestedBy, requestId }: OperationRequest): QueuedOperation => ({
  ...{ operation, input },
  callers: [{ workflowId: requestedBy, requestId }],
});

const told = (decision: Decision): string =>
  decision.kind === 'refuse' ? `${decision.type}: ${decision.message}` : decision.kind;

describe('a request to a cluster on which nothing works', () => {
  it.each<[string, ClusterRecord, OperationRequest, string | RegExp]>([
    ['a resize of a Ready one', cluster(), resize(5), 'queue'],
    ['a resize after a failed one', cluster('UpdateFailed'), resize(5), 'queue'],
    [
      'a resize where the creation failed',
      cluster('CreateFailed'),
      resize(5),
      /NotAdmitted: cluster atlas is CreateFailed.*Ready or UpdateFailed/,
    ],
    [
      'a resize where the deletion failed',
      cluster('DeleteFailed'),
      resize(5),
      /NotAdmitted: cluster atlas is DeleteFailed/,
    ],
    ['a resize of one that is gone', cluster('Deleted'), resize(5), /ClusterNotFound: cluster atlas was deleted/],
    [
      'a group that is not there',
      cluster(),
      resize(5, { group: 'gpu' }),
      /InvalidInput: group: cluster atlas has no node group gpu; it has workers/,
    ],
    [
      'more machines than addresses',
      cluster('Ready', {
        spec: clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', network: { cidr: '10.6.0.0/28' } }),
      }),
      resize(500),
      /InvalidInput: .*addresses/,
    ],
    [
      'nothing at all',
      cluster(),
      ask('resizeNodeGroup', { name: 'atlas', group: 'workers' }),
      /InvalidInput: count: nothing is asked for/,
    ],
    [
      'names without a count',
      cluster(),
      ask('resizeNodeGroup', { name: 'atlas', group: 'workers', remove: ['m'] }),
      /InvalidInput: count: must say how many/,
    ],
    [
      'min above max',
      cluster(),
      resize(3, { min: 4, max: 2 }),
      /InvalidInput: nodeGroups\[0\]\.min: must not be more than max, 2/,
    ],
    [
      'another cluster of the name',
      cluster(),
      resize(5, { id: 'atlas-bbbbbb' }),
      /ClusterNotFound: there is no cluster atlas-bbbbbb/,
    ],
    ['no input', cluster(), ask('resizeNodeGroup', {}), /InvalidInput: name/],
    ['a deletion', cluster(), remove(), 'queue'],
    ['a deletion after a failed one', cluster('DeleteFailed'), remove(), 'queue'],
    ['a second creation', cluster(), create(), /NameTaken: the name atlas is taken by cluster atlas-aaaaaa \(Ready\)/],
    ['the creation by its own caller', cluster(), create({ requestedBy: 'creator' }), 'ended'],
    [
      'the creation by its own caller, when its deletion has failed',
      cluster('DeleteFailed'),
      create({ requestedBy: 'creator' }),
      /NameTaken/,
    ],
    [
      'the creation by its own caller, after a resize',
      cluster('UpdateFailed'),
      create({ requestedBy: 'creator' }),
      'ended',
    ],
    ['a failed creation once more', cluster('CreateFailed'), create(), 'queue'],
    [
      'a failed creation with another spec',
      cluster('CreateFailed'),
      create({}, { ...spec, sshKey: 'k' }),
      /NameTaken.*same specification to resume/,
    ],
    [
      'a failed creation, written alike, when a default has changed',
      cluster('CreateFailed'),
      create({ digest: 'digest-1' }, { ...spec, sshKey: 'a default of another day' }),
      'queue',
    ],
  ])('%s', (_, record, request, wanted) => {
    expect(told(decide(record, undefined, request))).toMatch(
      wanted instanceof RegExp ? wanted : new RegExp(`^${wanted}$`),
    );
  });
});

describe('a request to a busy cluster', () => {
  const running = entryOf(resize(5));

  it('waits behind what runs, also when it is the same', () => {
    expect(decide(cluster('Updating'), running, resize(7)).kind).toBe('queue');
  });

  it('is one with the resize of the same group that waits: the later size, the names of both', () => {
    const waiting = entryOf(resize(5, { remove: ['a', 'b'], min: 1 }));
    const decision = decide(cluster('Updating', { queue: [waiting] }), running, resize(4, { remove: ['b', 'c'] }));
    expect(decision).toMatchObject({
      kind: 'merge',
      entry: waiting,
      input: { count: 4, remove: ['a', 'b', 'c'], min: 1 },
    });
  });

  it('of another group waits by itself', () => {
    const two = clusterSpecSchema.parse({
      name: 'atlas',
      cloud: 'sandbox',
      nodeGroups: [{ name: 'workers' }, { name: 'gpu' }],
    });
    const record = cluster('Updating', { spec: two, queue: [entryOf(resize(5))] });
    expect(decide(record, running, resize(2, { group: 'gpu' })).kind).toBe('queue');
  });

  it('that the same run has made before joins it', () => {
    const request = resize(5);
    expect(decide(cluster('Updating'), entryOf(request), request)).toMatchObject({ kind: 'join' });
    expect(decide(cluster('Updating', { queue: [entryOf(request)] }), running, request)).toMatchObject({
      kind: 'join',
    });
  });

  it('is refused when ten wait, unless it ends the cluster', () => {
    const queue = Array.from({ length: MAX_QUEUE }, (_, index) => entryOf(create({ requestId: `q-${index}` })));
    expect(told(decide(cluster('Updating', { queue }), running, resize(5)))).toMatch(
      /NotAdmitted: 10 operations already wait/,
    );
    expect(decide(cluster('Updating', { queue }), running, remove()).kind).toBe('preempt');
  });

  it('that its caller has made in another run joins it where it is the same wish, and is one of its own else', () => {
    const first = resize(5);
    const { requestedBy } = first;
    expect(decide(cluster('Updating'), entryOf(first), { ...resize(5), requestedBy }).kind).toBe('join');
    expect(decide(cluster('Updating'), entryOf(first), { ...resize(7), requestedBy }).kind).toBe('queue');
    const creation = create();
    const other = { ...create({}, { ...spec, cloud: 'elsewhere' }), requestedBy: creation.requestedBy };
    expect(told(decide(cluster('Creating'), entryOf(creation), other))).toMatch(/NameTaken/);
  });

  it('stops everything when it is a deletion, and joins one that runs', () => {
    expect(decide(cluster('Updating'), running, remove()).kind).toBe('preempt');
    expect(decide(cluster('Deleting'), entryOf(remove()), remove()).kind).toBe('join');
  });

  it('is refused while the cluster is deleted', () => {
    expect(told(decide(cluster('Deleting'), entryOf(remove()), resize(5)))).toMatch(
      /NotAdmitted: cluster atlas is being deleted/,
    );
  });
});

describe('a request that was made before', () => {
  const request = resize(5);
  const result = { name: 'atlas', id: 'atlas-aaaaaa', group: 'workers', count: 5, added: 2, removed: 0, forced: 0 };
  const failure = { type: 'Kubernetes.DrainBlocked', message: 'blocked' };

  it('has its result', () => {
    const record = cluster('Ready', { answer: { requestIds: [request.requestId], outcome: 'completed', result } });
    expect(decide(record, undefined, request)).toEqual({ kind: 'ended', ended: { outcome: 'completed', result } });
  });

  it('and has failed is tried again, and told of when it only reminds', () => {
    const record = cluster('UpdateFailed', { answer: { requestIds: [request.requestId], outcome: 'failed', failure } });
    expect(decide(record, undefined, request).kind).toBe('queue');
    expect(decide(record, undefined, { ...request, reminder: true })).toEqual({
      kind: 'ended',
      ended: { outcome: 'failed', failure },
    });
  });
});

describe('an operation whose turn has come', () => {
  it.each<[ClusterPhase, RegExp | undefined]>([
    ['Ready', undefined],
    ['UpdateFailed', undefined],
    ['CreateFailed', /NotAdmitted/],
  ])('in a cluster that is %s', (phase, wanted) => {
    const refusal = mayBegin(cluster(phase), entryOf(resize(5)));
    if (wanted === undefined) expect(refusal).toBeUndefined();
    else expect(refusal?.type).toMatch(wanted);
  });
});
