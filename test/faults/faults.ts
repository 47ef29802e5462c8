import { type MatrixName, underTest } from './operations.ts';
import { bodyOf, type Reply, without } from '../support/fault-proxy.ts';
import { type BreakableKind, breakableIn, createdIds, untilSilent, vanish } from './cloud-effects.ts';
import { disruptions } from './disruptions.ts';
import { busyAnswer, requestIdOf, serviceError } from './fault-answers.ts';
import { filtersOf, withoutFilters, withoutVersion } from './ignoring.ts';
import { isRead, type Place, type RecordedCall } from './places.ts';
import type { Exchange } from './traffic.ts';

/** What a fault can do beside what the proxies can. */
export interface FaultControl {
  /** Puts a server or load balancer into ERROR, as the hypervisor or the provider would. */
  breakDown(kind: BreakableKind, id: string, message: string): Promise<void>;
  /** Deletes the cluster's first control plane, as somebody might, and waits until it is gone. */
  loseControlPlane(): Promise<void>;
  /** Does to the worker that sent a call what its pool is for: kills it, or has another build take over. */
  disturbWorker(pid: number): Promise<void>;
  /** Asks for another operation on the same cluster. */
  askMeanwhile(operation: MatrixName): Promise<void>;
}

/** The pools of workers: each has a task queue of its own, and something of its own happens to its workers. */
export type PoolName = 'passing' | 'permanent' | 'killed' | 'replaced' | 'new-build';

/** How an operation must end when the fault met one call. */
type Expectation =
  /** As without the fault. */
  | 'success'
  /**
   * As without the fault, or with a verdict, after which the operation can be resumed: what was made is broken for
   * good.
   */
  | 'success or verdict'
  /** It may be stopped: another operation that was asked for meanwhile goes first. */
  | 'anything';

/** A fault that can meet a call. */
export interface Fault {
  readonly name: string;
  /** For the table's legend. */
  readonly title: string;
  /** Why it cannot meet this call; undefined when it can. */
  readonly notApplicable: (call: RecordedCall) => string | undefined;
  /** Where its cases run; `passing` unless given. Cases of permanent faults run in `permanent`. */
  readonly pool?: PoolName;
  /** Why it is made in the emulator only; undefined where it can be made in any cloud. */
  readonly emulatorOnly?: string;
  /** Has no permanent form. */
  readonly once?: true;
  /** What it does is done to the operation rather than to a call, and each operation meets it. */
  readonly concernsOperation?: true;
  /** No answer that says anything comes: what an activity learns of it is the failure that the verdict names. */
  readonly interrupts?: true;
  /** What it does depends on what has been done until then, and not on the call with which it comes. */
  readonly meetsState?: true;
  /** With which failures another operation that was asked for meanwhile may be refused. */
  readonly refusals?: readonly string[];
  readonly act: (exchange: Exchange, control: FaultControl, operation: MatrixName) => Promise<Reply>;
  readonly expects: Expectation;
  /** Ends as without the fault where it does not matter, or with the verdict, also when it met one call only. */
  readonly mayBeRefused?: true;
  /**
   * The call has its effect although its answer is lost: the next try may find it, so even a permanent fault may end
   * well.
   */
  readonly hasEffect?: true;
  /** At such a place it does what the call was for, so even a permanent fault may end well. */
  readonly helps?: (place: Place) => boolean;
  /** What a verdict must say when the fault is permanent: the failure's types, and a part of its words. */
  readonly verdict: (place: Place) => { readonly types: readonly string[]; readonly words: RegExp };
}

/** Nova's and the provider's words for what is broken. */
const BROKEN = 'No valid host was found: made by the fault matrix';

/** Puts what a call makes into ERROR before its answer comes. */
export async function breakWhatIsMade(
  { place, forward }: Pick<Exchange, 'place' | 'forward'>,
  control: Pick<FaultControl, 'breakDown'>,
): Promise<Reply> {
  const answer = await forward();
  const body = await bodyOf(answer);
  const kind = breakableIn(place);
  for (const id of kind === undefined ? [] : createdIds(body)) await control.breakDown(kind ?? 'server', id, BROKEN);
  return { ...answer, body };
}

const any = (): undefined => undefined;
const writesOnly = ({ place }: RecordedCall): string | undefined =>
  isRead(place) ? 'the call changes nothing, so before and after its effect are the same' : undefined;

const UNAVAILABLE = {
  openstack: 'OpenStack.Unavailable',
  vault: 'Vault.Unavailable',
  kubernetes: 'Kubernetes.Unavailable',
} as const;

/** A wait that runs out says what it saw; so does the closing sweep of a deletion. */
export const WAITS: readonly string[] = ['Slipway.DeadlineExceeded', 'Slipway.LeftBehind'];

const unavailable = (words: RegExp) => (place: Place) => ({ types: [UNAVAILABLE[place.service], ...WAITS], words });
const withRequestId = ({ service }: Place): RegExp =>
  service === 'openstack' ? new RegExp(`made by the fault matrix.*${requestIdOf}`) : /made by the fault matrix/;
const refusing = (status: number) => ({
  act: ({ place, request }: Exchange): Promise<Reply> => Promise.resolve(serviceError(place, request, status)),
  verdict: (place: Place) => unavailable(withRequestId(place))(place),
});
const afterEffect = (status: number) => ({
  act: async ({ place, request, forward }: Exchange): Promise<Reply> => {
    await bodyOf(await forward());
    return serviceError(place, request, status);
  },
  verdict: (place: Place) => unavailable(withRequestId(place))(place),
});

/** What happens to one call. */
const callFaults: readonly Fault[] = [
  {
    name: 'refused',
    interrupts: true,
    title: 'the connection breaks before the request is read, and the port refuses new ones for a moment',
    notApplicable: any,
    expects: 'success',
    act: async ({ refuse }) => {
      await refuse();
      return 'cut';
    },
    verdict: unavailable(/ECONNREFUSED|ECONNRESET|closed|hang up|socket/i),
  },
  {
    name: '500-before',
    interrupts: true,
    title: 'HTTP 500 before the effect',
    notApplicable: any,
    expects: 'success',
    ...refusing(500),
  },
  {
    name: '503-before',
    interrupts: true,
    title: 'HTTP 503 before the effect',
    notApplicable: any,
    expects: 'success',
    ...refusing(503),
  },
  {
    name: '500-after',
    hasEffect: true,
    title: 'HTTP 500 after the effect',
    notApplicable: writesOnly,
    expects: 'success',
    ...afterEffect(500),
  },
  {
    name: '503-after',
    hasEffect: true,
    title: 'HTTP 503 after the effect',
    notApplicable: writesOnly,
    expects: 'success',
    ...afterEffect(503),
  },
  {
    name: 'cut',
    interrupts: true,
    hasEffect: true,
    title: 'the connection breaks after the effect, before the answer',
    notApplicable: any,
    expects: 'success',
    act: async ({ forward }) => {
      const answer = await forward();
      if (Buffer.isBuffer(answer.body)) return 'cut';
      answer.body.destroy();
      return 'cut';
    },
    verdict: unavailable(/ECONNREFUSED|ECONNRESET|closed|hang up|socket/i),
  },
  {
    name: '429',
    interrupts: true,
    title: 'HTTP 429 with Retry-After',
    notApplicable: any,
    expects: 'success',
    act: ({ place, request }) => Promise.resolve(serviceError(place, request, 429, { 'retry-after': '1' })),
    verdict: (place) => ({
      types: [...(place.service === 'openstack' ? ['OpenStack.RateLimited'] : [UNAVAILABLE[place.service]]), ...WAITS],
      words: withRequestId(place),
    }),
  },
  {
    name: 'busy',
    title: 'HTTP 409, or what the service says while something is in use or changing',
    notApplicable: ({ place }) =>
      busyAnswer(place) === undefined ? 'the service has no such answer to this call' : undefined,
    expects: 'success',
    act: ({ place }) => Promise.resolve(busyAnswer(place) ?? 'cut'),
    verdict: (place) => ({
      types: ['OpenStack.ResourceBusy', 'OpenStack.Conflict', ...WAITS],
      words: withRequestId(place),
    }),
  },
  {
    name: 'hang',
    interrupts: true,
    hasEffect: true,
    title: 'the answer does not come until the time-out, after the effect',
    notApplicable: any,
    expects: 'success',
    act: async ({ forward }) => {
      const answer = await forward();
      if (!Buffer.isBuffer(answer.body)) answer.body.resume();
      return 'hang';
    },
    verdict: unavailable(/within \d+ ms|in \d+ ms|time-?out|timed? out|aborted/i),
  },
  {
    name: 'token-expired',
    interrupts: true,
    title: 'the token is revoked just before the call (Vault, Kubernetes: refused as if it were)',
    notApplicable: ({ place }) =>
      place.service === 'openstack' && !place.authenticated ? 'the call carries no token' : undefined,
    expects: 'success',
    act: async ({ place, request, traffic, forward }) => {
      if (place.service === 'vault') return serviceError(place, request, 403);
      if (place.service === 'kubernetes') return serviceError(place, request, 401);
      const token = request.headers['x-auth-token'];
      if (typeof token === 'string' && traffic.tokensPath !== undefined) {
        const headers = without(request.headers, 'content-length', 'content-type');
        const revoke = { ...request, method: 'DELETE', path: traffic.tokensPath, body: Buffer.alloc(0) };
        await bodyOf(await forward({ ...revoke, headers: { ...headers, 'x-subject-token': token } }));
      }
      return forward();
    },
    verdict: ({ service }) =>
      service === 'openstack'
        ? { types: ['OpenStack.Unauthorized', ...WAITS], words: /req-/ }
        : service === 'vault'
          ? { types: ['Vault.Forbidden', ...WAITS], words: /made by the fault matrix/ }
          : // The Kubernetes client keeps the words of a 401 to itself.
            { types: ['Kubernetes.Unavailable', ...WAITS], words: /HTTP 401/ },
  },
  {
    name: 'error',
    title: 'what is made turns ERROR',
    emulatorOnly: 'no API of OpenStack puts anything into ERROR with a cause',
    notApplicable: ({ place }) =>
      breakableIn(place) === undefined ? 'only servers and load balancers have the status ERROR' : undefined,
    expects: 'success or verdict',
    act: breakWhatIsMade,
    verdict: (place) => ({
      types: ['OpenStack.ResourceInError'],
      words: breakableIn(place) === 'server' ? /made by the fault matrix/ : /ERROR/,
    }),
  },
  {
    name: 'vanishes',
    title: 'what is made is deleted by somebody at once; what is to be deleted is gone just before',
    notApplicable: ({ place }) => {
      if (place.service !== 'openstack') return 'nobody deletes single secrets or objects of a cluster in between';
      if (place.method === 'DELETE') return undefined;
      if (place.method !== 'POST' || place.path.endsWith('/auth/tokens')) return 'the call makes nothing';
      if (place.path.endsWith('/security-group-rules'))
        return 'a rule that is removed later is drift, which no creation looks for';
      return undefined;
    },
    expects: 'success or verdict',
    helps: ({ method }) => method === 'DELETE',
    act: vanish,
    verdict: () => ({
      types: [
        'OpenStack.NotFound',
        'OpenStack.ResourceInError',
        'OpenStack.InvalidRequest',
        'OpenStack.Conflict',
        ...WAITS,
      ],
      words: /req-|vanished|answer/,
    }),
  },
  {
    name: 'control-plane-lost',
    title: 'the machine that answers, the first control plane, is deleted by somebody just before the call',
    // Without the machine each step lasts as long as it may.
    pool: 'permanent',
    once: true,
    notApplicable: ({ place, operation }) => {
      if (place.service !== 'kubernetes') return 'no machine of the cluster answers this call';
      const unfinished = ['createCluster', 'deleteCluster'].includes(underTest(operation).runs);
      return unfinished ? undefined : 'a living cluster that has lost its only control plane is not what it was before';
    },
    expects: 'success or verdict',
    act: async (exchange, control) => {
      await control.loseControlPlane();
      await untilSilent(exchange);
      return exchange.forward();
    },
    verdict: unavailable(/answer|ECONNREFUSED|ECONNRESET|hang up|Ready/),
  },
];

/** Services that answer in a microversion. */
const VERSIONED = /^\/(compute|volume)\//;

/** What a layer on the way to a service, or an old service, does to what it does not know. */
const ignoring: readonly Fault[] = [
  {
    name: 'filter-ignored',
    title: 'the filters of a list are dropped on the way: the whole project is answered',
    notApplicable: ({ place }) =>
      place.service === 'openstack' && filtersOf(place).length > 0 ? undefined : 'the call is no list with a filter',
    expects: 'success or verdict',
    mayBeRefused: true,
    act: ({ request, forward }) => forward(withoutFilters(request)),
    verdict: () => ({ types: ['OpenStack.FilterIgnored'], words: /ignored the filter/ }),
  },
  {
    name: 'version-ignored',
    title: 'the headers that ask for a microversion are dropped on the way: Nova answers as 2.1, Cinder as 3.0',
    notApplicable: ({ place }) =>
      place.service === 'openstack' && VERSIONED.test(place.path) ? undefined : 'the service has no microversions',
    expects: 'success or verdict',
    mayBeRefused: true,
    act: ({ request, forward }) => forward(withoutVersion(request)),
    verdict: () => ({ types: ['OpenStack.VersionIgnored', 'OpenStack.FilterIgnored'], words: /ignored|answered in/ }),
  },
];

/** Every fault of the matrix. */
export const faults: readonly Fault[] = [...callFaults, ...ignoring, ...disruptions];
