import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { bringAccess } from '../../../activities/kubernetes/ensure-access.ts';
import { ClusterApi } from '../../../activities/kubernetes/cluster-api.ts';
import { type AccessSpec, clusterSpecSchema } from '../../../model/index.ts';
import { stepDirectory } from '../../../sandbox/image/step.ts';
import { etcd } from '../../../sandbox/image/parts.ts';
import { defaultCacheDirectory } from '../../../sandbox/image/config.ts';
import { inActivity } from '../../support/in-activity.ts';
import { type Consumers, freePort } from './consumers.ts';
import { type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts';

const ID = 'atlas-aaaaaa';
const AUDIENCE = 'kubernetes';
const ADMINISTRATOR = 'the-administrators-token';
const START_MS = 5 * 60_000;

/** What `view` is made of; `view` itself has no rules before a controller manager gives it some. */
const ROLE = 'system:aggregate-to-view';
const ACCESS: AccessSpec = [
  { role: ROLE, namespace: 'web', groups: ['oidc:readers'], users: [] },
  { role: ROLE, groups: [], users: ['oidc:carol'] },
];

/** Who asks for the pods of a namespace, with what in the token, and the HTTP status that the answer must have. */
const QUESTIONS: readonly [
  who: string,
  claims: Readonly<Record<string, unknown>>,
  namespace: string,
  status: number,
][] = [
  ['a member of the group', { sub: 'alice', groups: ['readers'] }, 'web', 200],
  ['a member of the group, elsewhere', { sub: 'alice', groups: ['readers'] }, 'default', 403],
  ['a user by name', { sub: 'carol' }, 'default', 200],
  ['another user', { sub: 'bob', groups: ['others'] }, 'web', 403],
  ['who calls himself an administrator', { sub: 'system:admin', groups: ['system:masters'] }, 'web', 403],
  ['who calls himself one of kubeadm’s', { sub: 'mallory', groups: ['kubeadm:cluster-admins'] }, 'web', 403],
  ['a member without the claim that is needed', { sub: 'alice', groups: ['readers'], hd: 'other.org' }, 'web', 401],
  ['a member with a token for others', { sub: 'alice', groups: ['readers'], aud: 'others' }, 'web', 401],
  ['a member with an old token', { sub: 'alice', groups: ['readers'], exp: 1 }, 'web', 401],
];

/**
 * Asks a real API server that runs with what is made of a specification whom it lets in, with tokens of an issuer,
 * after the bindings of the specification were made by Slipway's own code. Returns what came out otherwise, one
 * sentence each.
 */
export async function checkTokens(consumers: Consumers, programs: string, folder: string, signal: AbortSignal) {
  await mkdir(folder, { recursive: true });
  const issuer = await startOidcIssuer(await consumers.authorities());
  const running: ChildProcess[] = [];
  const start = (program: string, flags: readonly string[]) => {
    const child = spawn(program, flags, { stdio: 'ignore', env: {}, signal });
    // Its end by the signal is told by what waits for it.
    child.on('error', () => undefined);
    running.push(child);
  };
  try {
    const [port, clientPort, peerPort] = [await freePort(), await freePort(), await freePort()];
    const [client, peer] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
    start(join(await stepDirectory(defaultCacheDirectory(), etcd), 'etcd'), [
      ...[`--data-dir=${join(folder, 'etcd')}`, `--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
      ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
      '--unsafe-no-fsync',
    ]);
    const { flags, objection } = await consumers.apiServerCommand(specification(issuer), folder);
    if (flags === undefined) throw new Error(`kubeadm wrote no flags of kube-apiserver: ${objection ?? ''}`);
    const tokens = join(folder, 'tokens.csv');
    await writeFile(tokens, `${ADMINISTRATOR},administrator,1,"system:masters"\n`);
    start(join(programs, 'kube-apiserver'), [
      ...flags.filter((flag) => !/^--(etcd-|advertise-address=|secure-port=)/.test(flag)),
      ...[`--etcd-servers=${client}`, '--advertise-address=127.0.0.1', '--bind-address=127.0.0.1'],
      ...[`--secure-port=${port}`, `--token-auth-file=${tokens}`, '--endpoint-reconciler-type=none'],
    ]);
    const ask = asking(port, issuer.certificateAuthority, signal);
    await until('the API server is ready', async () => (await ask('/readyz', ADMINISTRATOR)) === 200, signal);
    // It asks the issuer for its keys when it runs.
    const first = issuer.token({ aud: AUDIENCE, hd: 'example.org', sub: 'nobody' });
    await until('it knows the issuer', async () => (await ask(pods('web'), first)) === 403, signal);

    const api = ClusterApi.of(kubeconfig(port, issuer.certificateAuthority));
    const bring = (access: AccessSpec) => inActivity(() => bringAccess(api, ID, access));
    const wrong: string[] = [];
    let asked = 0;
    const compare = (what: string, found: unknown, wanted: unknown) => {
      asked += 1;
      const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)];
      if (is !== should) wrong.push(`${what}: ${is}, not ${should}`);
    };
    compare('made', await bring(ACCESS), { bindings: 2, changed: 2, removed: 0 });
    compare('made again', await bring(ACCESS), { bindings: 2, changed: 0, removed: 0 });
    for (const [who, claims, namespace, status] of QUESTIONS) {
      const token = issuer.token({ aud: AUDIENCE, hd: 'example.org', ...claims });
      compare(who, await ask(pods(namespace), token), status);
    }
    compare('taken away', await bring([]), { bindings: 0, changed: 0, removed: 2 });
    for (const [who, claims, namespace] of QUESTIONS.filter(([, , , status]) => status === 200)) {
      const token = issuer.token({ aud: AUDIENCE, hd: 'example.org', ...claims });
      compare(`${who}, afterwards`, await ask(pods(namespace), token), 403);
    }
    return { wrong, questions: asked };
  } finally {
    await Promise.all(running.reverse().map(stop));
    await issuer.close();
  }
}

const specification = ({ url, certificateAuthority }: OidcIssuer) =>
  clusterSpecSchema.parse({
    ...{ name: 'atlas', cloud: 'sandbox', access: ACCESS },
    kubernetes: {
      authentication: {
        oidc: [
          {
            issuer: { url, certificateAuthority, audiences: [AUDIENCE, 'dashboard'] },
            claimMappings: { groups: {} },
            claimValidationRules: [{ claim: 'hd', requiredValue: 'example.org' }],
          },
        ],
      },
    },
  });

const pods = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

/** Asks with a bearer's token; the status, or 0 where there was no answer. */
const asking = (port: number, ca: string, signal: AbortSignal) => (path: string, token: string) =>
  new Promise<number>((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request({ host: '127.0.0.1', port, path, ca, headers, signal, timeout: 10_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(0));
    asked.end();
  });

function kubeconfig(port: number, ca: string): string {
  const cluster = {
    server: `https://127.0.0.1:${port}`,
    'certificate-authority-data': Buffer.from(ca).toString('base64'),
  };
  return stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster }],
    users: [{ name: 'test', user: { token: ADMINISTRATOR } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}

async function until(what: string, isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`after ${START_MS / 1000} s it is not so that ${what}`);
    await sleep(500, undefined, { signal });
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
