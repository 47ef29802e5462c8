import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../sandbox/src/cloud/main.ts';
import { dnsZones } from './cases/dns-zones.ts';
import { exceptions } from './exceptions.ts';
import { type AnswerChange, type ChangingProxy, startChangingProxy } from './kit/changing-proxy.ts';
import { type PreparedCloud, prepareCloud } from './kit/cloud.ts';
import { emulatorLatency } from './kit/latency.ts';
import { readRecordings } from './kit/recordings.ts';
import { runCase } from './kit/run-case.ts';
import { verdicts } from './kit/verdicts.ts';

const NAME = 'the name of a zone is taken';

let folder: string;
let emulator: RunningCloud;
let proxy: ChangingProxy;
let cloud: PreparedCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-contract-'));
  emulator = await startCloud({ listen: '127.0.0.1:0', latency: emulatorLatency, data: folder });
  proxy = await startChangingProxy(emulator.url);
  const clouds = await readFile(emulator.cloudsFile ?? '', 'utf8');
  const cloudsFile = join(folder, 'through-proxy.yaml');
  await writeFile(cloudsFile, clouds.replaceAll(emulator.url, proxy.url), { mode: 0o600 });
  cloud = await prepareCloud({ name: 'emulator', cloudsFile });
});

afterAll(async () => {
  await cloud.close();
  await proxy.close();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  proxy.change = (_request, answer) => answer;
});

/** Holds one case on the changed emulator against its recording. */
async function judge() {
  const one = dnsZones.cases.find(({ name }) => name === NAME);
  if (one === undefined) throw new Error(`there is no case "${NAME}" any more`);
  const { area } = dnsZones;
  const recorded = (await readRecordings(area)).get(NAME);
  const outcome = { area, name: NAME, error: undefined, seconds: 0 };
  const [verdict] = verdicts(
    [{ ...outcome, transcript: await runCase(one, cloud) }],
    [{ ...outcome, transcript: recorded }],
    exceptions,
  );
  return verdict;
}

/** Changes the refusal of the second zone: the only answer that the case records. */
const inRefusal =
  (change: AnswerChange): AnswerChange =>
  (request, answer) =>
    request === 'POST /dns/v2/zones' && answer.status === 409 ? change(request, answer) : answer;
const inBody = (pattern: RegExp, replacement: string): AnswerChange =>
  inRefusal((_request, answer) => ({ ...answer, body: answer.body.replace(pattern, replacement) }));

describe('the contract suite', () => {
  it('finds nothing where nothing is changed', async () => {
    expect(await judge()).toMatchObject({ area: 'dns-zones', name: NAME, problems: [] });
  });

  it.each<[what: string, change: AnswerChange, path: string]>([
    ['one value', inBody(/"type":"duplicate_zone"/, '"type":"duplicate"'), 'body.type'],
    ['one field that is missing', inBody(/"type":"duplicate_zone",/, ''), 'body.type'],
    ['one field too many', inBody(/^\{/, '{"colour":"red",'), 'body.colour'],
    ['one word of an error', inBody(/Duplicate Zone/, 'Duplicated Zone'), 'body.message'],
    ['a number that became a text', inBody(/"code":409/, '"code":"409"'), 'body.code'],
    [
      'one header',
      inRefusal((_request, answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': 'text/json' } })),
      'headers.content-type',
    ],
  ])('finds %s, and names case, request and place', async (_what, change, path) => {
    proxy.change = change;
    const verdict = await judge();
    expect(verdict).toMatchObject({ area: 'dns-zones', name: NAME });
    expect(verdict?.problems.join('\n')).toMatch(new RegExp(`^1\\. POST \\{dns root\\}/v2/zones › ${path}\n`));
    expect(verdict?.problems).toHaveLength(1);
  });

  it('finds one status, which the case itself does not take', async () => {
    proxy.change = inRefusal((_request, answer) => ({ ...answer, status: 400 }));
    await expect(judge()).rejects.toThrow(/expected|409/i);
  });
});
