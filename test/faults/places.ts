import { z } from 'zod';
import type { MatrixName } from './operations.ts';
import type { ProxiedRequest } from '../support/fault-proxy.ts';

/** What a request goes to. */
export type Service = 'openstack' | 'vault' | 'kubernetes';

/** Where in an operation a call is: the same text in every run. */
export interface Place {
  /** Name of the activity that sends it, or {@link SESSION}. */
  readonly activity: string;
  readonly service: Service;
  readonly method: string;
  /** Path and query with placeholders for what differs between runs. */
  readonly path: string;
  /** Name of what is made, with placeholders; empty for requests that make nothing with a name. */
  readonly subject: string;
  /** Whether it carries a token of the cloud. */
  readonly authenticated: boolean;
}

/** The place as one text: `ensureNetwork POST openstack /networking/v2.0/networks [{cluster}]`. */
export function placeText({ activity, service, method, path, subject }: Place): string {
  return `${activity} ${method} ${service} ${path}${subject === '' ? '' : ` [${subject}]`}`;
}

/** Who asks for a token and for the versions of a service: once for all activities, whichever of them comes first. */
const SESSION = 'session';

const OF_SESSION = /\/auth\/tokens$|^\/[^/]+\/(v[\d.]+\/)?$/;

/** The place of a request that an activity sends for a cluster. */
export function placeOf(
  activity: string,
  service: Service,
  { method, path, body, headers }: ProxiedRequest,
  cluster: string,
): Place {
  const [address = '', query] = path.split('?');
  const sorted = query === undefined ? '' : `?${query.split('&').map(decodeURIComponent).sort().join('&')}`;
  const plain = placeholders(`${decodeURIComponent(address)}${sorted}`, cluster);
  return {
    activity: service === 'openstack' && OF_SESSION.test(address) ? SESSION : activity,
    service,
    method,
    path: plain,
    subject: placeholders(subjectOf(body), cluster),
    authenticated: 'x-auth-token' in headers,
  };
}

/**
 * Replaces what differs between runs: the cluster's name and id, numbers of machines, ids of the cloud, tokens,
 * versions of the Kubernetes API.
 */
export function placeholders(text: string, cluster: string): string {
  return text
    .replaceAll(new RegExp(`${cluster}-[a-z2-7]{6}`, 'g'), '{cluster}')
    .replaceAll(cluster, '{name}')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '{id}')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '{id}')
    .replaceAll(/bootstrap-token-[a-z0-9]{6}/g, 'bootstrap-token-{}')
    .replaceAll(/-workers-b\d+(-\d+)?/g, '-workers-b{}')
    .replaceAll(/-cp-\d+/g, '-cp-{}')
    .replaceAll(/\/control-plane\/\d+/g, '/control-plane/{}')
    .replaceAll(/resourceVersion=\d+/g, 'resourceVersion={}');
}

const named = z.looseObject({ name: z.string() });

/** The name of the one thing that a JSON body describes: `{"network":{"name":…}}`. */
function subjectOf(body: Buffer): string {
  if (body.length === 0 || body[0] !== '{'.charCodeAt(0)) return '';
  try {
    const document: unknown = JSON.parse(body.toString('utf8'));
    const parts = Object.values(z.record(z.string(), z.unknown()).parse(document));
    return parts.map((part) => named.safeParse(part).data?.name).find((name) => name !== undefined) ?? '';
  } catch {
    return '';
  }
}

/** Whether a call changes nothing that anybody looks at: then "before" and "after its effect" are the same. */
export function isRead({ method, path }: Place): boolean {
  const effectless = /\/auth\/tokens$|^\/v1\/[^/]+\/issue\//;
  return method === 'GET' || method === 'HEAD' || effectless.test(path);
}

/** One call of an operation, as a recording found it. */
export interface RecordedCall {
  readonly operation: MatrixName;
  readonly place: Place;
  readonly key: string;
  /** 1 for the first call of this place in the operation. */
  readonly occurrence: number;
  /** Whether its activity has made no call before it. */
  readonly opensActivity: boolean;
  /** Whether its activity has changed something before it. */
  readonly afterEffect: boolean;
  /** The lines of Slipway that sent it, the innermost first; empty where they are not known. */
  readonly from: string;
}
