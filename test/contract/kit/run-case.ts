import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, OpenStackClient, OpenStackError } from 'openstack-client-ts';
import { request as httpRequest } from 'undici';
import { type CaseContext, type ContractCase, type PlainReply, type PlainRequest, StateIsOver } from './case.ts';
import { trackCalls } from './call-coverage.ts';
import { labelsOf } from './cloud-labels.ts';
import type { PreparedCloud } from './cloud.ts';
import { requirePassingStates } from './passing-states.ts';
import { flatten, Recorder } from './recorder.ts';
import { toTranscript, type Transcript } from './transcript.ts';
import { timeLimit } from '../../../model/index.ts';

/**
 * Longest time of one case, in milliseconds: load balancers of real services take tens of seconds on a busy machine.
 */
const CASE_TIME = 180_000;
const WAIT_TIME = 60_000;
/**
 * Milliseconds between polls, at first and at most: real services need more for an answer than for what is waited for.
 */
const POLL_INTERVAL = { emulator: [10, 50], openstack: [250, 1500] } as const;

/** How often a case is run in which a state was over before the case came to look at it. */
const TRIES = 4;

/**
 * Runs one case on one cloud; again, in a project of its own, when a state was over too early.
 *
 * @param calls - gets the names of the client's methods that the case calls
 * @param interrupt - ends the case
 * @param recorded - what the case saw when it was recorded: whether a state was over is known by it, too
 * @throws what the case throws
 */
export async function runCase(
  one: ContractCase,
  cloud: PreparedCloud,
  calls: Set<string> = new Set(),
  interrupt?: AbortSignal,
  recorded: Transcript = [],
): Promise<Transcript> {
  for (let tries = 1; ; tries++) {
    try {
      const transcript = await runOnce(one, cloud, calls, interrupt);
      requirePassingStates(transcript, recorded);
      return transcript;
    } catch (error) {
      if (!(error instanceof StateIsOver) || tries === TRIES) throw error;
    }
  }
}

async function runOnce(
  one: ContractCase,
  cloud: PreparedCloud,
  calls: Set<string>,
  interrupt: AbortSignal | undefined,
): Promise<Transcript> {
  const signal = AbortSignal.any([timeLimit(CASE_TIME), ...(interrupt === undefined ? [] : [interrupt])]);
  const { project, user } = await cloud.makeTenant(signal);
  const recorder = new Recorder();
  const cleanUps: (() => Promise<unknown>)[] = [];
  const uniques = new Map<string, string>();
  const connectClient = (options: Partial<ClientOptions> = {}): OpenStackClient => {
    const client = new OpenStackClient({
      auth: { auth_url: cloud.authUrl, username: user.name, password: user.password, project_id: project.id },
      region: 'RegionOne',
      // What is compared is each answer, not what the client makes of several.
      retry: { retries: 0 },
      dispatcher: recorder.dispatcher,
      ...options,
    });
    return trackCalls(client, calls);
  };
  const client = connectClient();
  const quietly = <T>(calls: () => Promise<T>): Promise<T> => recorder.quietly(calls);
  const context: CaseContext = {
    project,
    seeds: cloud.seeds,
    user: client,
    admin: cloud.admin,
    signal,
    credentials: { authUrl: cloud.authUrl, username: user.name, password: user.password },
    connect: connectClient,
    quietly,
    send: (request) => send(request, client, recorder, signal),
    refused: async (status, call) => {
      const error: unknown = await call().then(
        () => assert.fail(`expected status ${status}, and the call succeeded`),
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof OpenStackError)) throw error;
      assert.equal(error.status, status, error.message);
      return error;
    },
    until: async (ask, wanted, milliseconds = WAIT_TIME) => {
      const end = Date.now() + milliseconds;
      const [first, most] = POLL_INTERVAL[cloud.name];
      for (let pause: number = first; ; pause = Math.min(pause * 1.5, most)) {
        const answer = await quietly(ask);
        if (wanted(answer)) return answer;
        if (Date.now() > end) throw new Error(`still ${JSON.stringify(answer)} after ${milliseconds} ms`);
        await sleep(pause, undefined, { signal });
      }
    },
    note: (label, value) => recorder.add({ label, value }),
    unique: (prefix) => {
      const name = `${prefix}-${randomBytes(5).toString('hex')}`;
      uniques.set(name, `${prefix}-{unique}`);
      return name;
    },
    cleanUp: (action) => void cleanUps.push(action),
  };
  try {
    await one.run(context);
    const labels = await quietly(() => labelsOf(client, cloud, { project, user }, uniques));
    return toTranscript(recorder.entries, labels);
  } finally {
    for (const action of cleanUps.reverse()) await quietly(action).catch(() => undefined);
    await recorder.close();
  }
}

async function send(
  request: PlainRequest,
  client: OpenStackClient,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<PlainReply> {
  const { service, method, path, body, token } = request;
  const endpoint = await recorder.quietly(() => client.service(service).endpoint({ signal }));
  const value = token ?? (await recorder.quietly(() => client.identity.tokenValue({ signal })));
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const url = `${endpoint}${path}`;
  const answer = await httpRequest(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(value === false ? {} : { 'x-auth-token': value }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    body: sent ?? null,
    signal: AbortSignal.any([signal, timeLimit(60_000)]),
  });
  const reply = { status: answer.statusCode, headers: flatten(answer.headers), text: await answer.body.text() };
  recorder.add({ method, url, sent, ...reply });
  return reply;
}
