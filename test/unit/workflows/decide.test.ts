import { describe, expect, it } from 'vitest';
import {
  type ClusterPhase,
  type ClusterRecord,
  clusterSpecSchema,
  newRecord,
  type OperationEnd,
  type OperationRequest,
  type QueuedOperation,
} from '../../../model/index.ts';
import { decide, type Decision, MAX_HANDED, MAX_QUEUE, mayBegin } from '../../../workflows/cluster/decide.ts';
import { type Handed, notTaken, putBack } from '../../../workflows/cluster/handed.ts';

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
  const running = entryOf(ask('replaceControlPlane', { name: 'atlas', onBlocked: 'fail', drainMinutes: 15 }));

  it('waits behind what runs', () => {
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
    expect(decide(cluster('Updating'), entryOf(first), { ...resize(7), requestedBy }).kind).toBe('hand');
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

describe('a request about what an operation is working on', () => {
  const two = clusterSpecSchema.parse({
    ...{ name: 'atlas', cloud: 'sandbox' },
    nodeGroups: [{ name: 'workers' }, { name: 'gpu' }],
  });
  const busy = (...queue: QueuedOperation[]) => cluster('Updating', { spec: two, queue });
  const running = entryOf(resize(5, { min: 1, remove: ['a'] }));
  const hundred = Array.from({ length: 100 }, (_, index) => `m-${index}`);

  it('is handed to it, with both wishes in its input: the later size, the names of both', () => {
    const wish = resize(7, { max: 9, remove: ['b'], drainMinutes: 30 });
    expect(decide(busy(), running, wish)).toEqual({
      kind: 'hand',
      input: {
        ...{ name: 'atlas', group: 'workers', onBlocked: 'fail', drainMinutes: 30 },
        ...{ count: 7, min: 1, max: 9, remove: ['a', 'b'] },
      },
    });
  });

  it.each<[string, QueuedOperation[], OperationRequest, string | RegExp]>([
    ['of another group', [], resize(2, { group: 'gpu' }), 'queue'],
    ['that is not a resize', [], create({ requestId: 'x' }), /NameTaken/],
    ['that cannot be', [], resize(2, { min: 3, max: 1 }), /InvalidInput/],
    ['that names a machine which is going already', [], resize(4, { remove: ['a'] }), 'queue'],
    ['that names more than one request may, together', [], resize(4, { remove: hundred }), 'queue'],
    ['while another operation waits', [entryOf(create({ requestId: 'y' }))], resize(4), 'hand'],
    ['while a resize of another group waits', [entryOf(resize(2, { group: 'gpu' }))], resize(4), 'hand'],
    ['while one of the same group waits already', [entryOf(resize(3))], resize(4), 'merge'],
    [
      'which cannot be one with what waits for the same group',
      [entryOf(resize(3, { remove: hundred }))],
      resize(4, { remove: ['c'] }),
      'queue',
    ],
    ['that ends the cluster', [], remove(), 'preempt'],
  ])('%s', (_, queue, request, wanted) => {
    expect(told(decide(busy(...queue), running, request))).toMatch(
      wanted instanceof RegExp ? wanted : new RegExp(`^${wanted}$`),
    );
  });

  it('waits when a hundred were handed over', () => {
    expect(decide(busy(), { ...running, handed: MAX_HANDED - 1 }, resize(4)).kind).toBe('hand');
    expect(decide(busy(), { ...running, handed: MAX_HANDED }, resize(4)).kind).toBe('queue');
  });

  it('that the same run has made before joins it', () => {
    const request = resize(7);
    const both = { ...running, callers: [...running.callers, ...entryOf(request).callers] };
    expect(decide(busy(), both, request)).toMatchObject({ kind: 'join', entry: both });
  });
});

describe('wishes that were handed over, when the operation has ended', () => {
  const running = entryOf(resize(5));
  const first = entryOf(resize(6));
  const second = entryOf(resize(7));
  const all = { ...running, callers: [...running.callers, ...first.callers, ...second.callers] };
  const handed: Handed[] = [first, second].map((entry, index) => ({ number: index + 1, entry, behind: [] }));
  const result = (takenOver?: number) => ({
    ...{ name: 'atlas', id: 'atlas-aaaaaa', group: 'workers', count: 5, added: 2, removed: 0, forced: 0 },
    ...(takenOver === undefined ? {} : { takenOver }),
  });
  const numbers = (wishes: readonly Handed[]) => wishes.map(({ number }) => number);

  it.each<[string, Pick<OperationEnd, 'outcome' | 'result'>, number[]]>([
    ['without either', { outcome: 'completed', result: result() }, [1, 2]],
    ['with the first', { outcome: 'completed', result: result(1) }, [2]],
    ['with both', { outcome: 'completed', result: result(2) }, []],
    ['and failed, maybe for the sake of another', { outcome: 'failed' }, [1, 2]],
    ['because it was stopped', { outcome: 'cancelled' }, []],
  ])('%s', (_, ended, wanted) => {
    expect(numbers(notTaken(all, handed, ended))).toEqual(wanted);
  });

  it('are nobody’s any more where the callers have left', () => {
    const left = notTaken({ ...all, callers: running.callers }, handed, { outcome: 'completed', result: result() });
    expect(left.map(({ entry }) => entry.callers)).toEqual([[], []]);
    expect(putBack([], left)).toEqual([]);
  });

  it('are one again when they wait, the later one counts, and all hear of it', () => {
    const callers = [...first.callers, ...second.callers];
    expect(putBack([], handed)).toMatchObject([{ input: { count: 7 }, callers }]);
    const later = entryOf(resize(8));
    expect(putBack([later], handed)).toMatchObject([{ input: { count: 8 }, callers: [...callers, ...later.callers] }]);
  });

  it('wait behind what waited before them, and before what came later', () => {
    const [before, after] = [entryOf(create()), entryOf(create())];
    const behind = before.callers.map(({ requestId }) => requestId);
    const queue = putBack([before, after], [{ number: 1, entry: first, behind }]);
    expect(queue).toEqual([before, first, after]);
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
