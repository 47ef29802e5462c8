import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../sandbox/src/cloud/main.ts';
import { areas } from './cases/index.ts';
import { exceptions } from './exceptions.ts';
import { offeredCalls } from './kit/call-coverage.ts';
import { prepareCloud, type PreparedCloud } from './kit/cloud.ts';
import { compare, describeDifference } from './kit/compare.ts';
import { emulatorLatency } from './kit/latency.ts';
import { readRecordings } from './kit/recordings.ts';
import { runCase } from './kit/run-case.ts';

/** How to record a case. It needs a real cloud. */
const howToRecord = (area: string): string =>
  `there is no recording of the real services: npm run test:openstack -- --area ${area} --record`;

const called = new Set<string>();
let folder: string;
let emulator: RunningCloud;
let cloud: PreparedCloud;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-contract-'));
  emulator = await startCloud({ listen: '127.0.0.1:0', latency: emulatorLatency, hosts: 3, data: folder });
  cloud = await prepareCloud({ name: 'emulator', cloudsFile: emulator.cloudsFile ?? '' });
});

afterAll(async () => {
  await cloud.close();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

for (const { area, cases } of areas) {
  describe.concurrent(`the emulator answers as OpenStack does: ${area}`, () => {
    for (const one of cases) {
      it(
        one.name,
        async () => {
          const recording = (await readRecordings(area)).get(one.name);
          const transcript = await runCase(one, cloud, called);
          if (recording === undefined) throw new Error(howToRecord(area));
          const { differences } = compare(transcript, recording, exceptions);
          expect(differences.map(describeDifference).join('\n')).toBe('');
        },
        60_000,
      );
    }
  });
}

it('the cases call every method that the client offers', () => {
  expect(offeredCalls().filter((call) => !called.has(call))).toEqual([]);
});
