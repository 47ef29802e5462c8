import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCloud, type RunningCloud } from '../../../sandbox/src/cloud/main.ts';
import { exceptions } from '../exceptions.ts';
import { compare, describeDifference } from '../kit/compare.ts';
import { emulatorLatency } from '../kit/latency.ts';
import { readRecordings } from '../kit/recordings.ts';
import type { Outcome } from '../kit/run.ts';
import { clientNames, clientsArea, missingForClients, runClients } from './clients.ts';

const missing = await missingForClients();
if (missing !== undefined)
  process.stderr.write(`\nSKIPPED: other people's clients on the sandbox, because ${missing}\n\n`);

/** Both clients at once take half a minute on two cores; a busy machine takes several times as long. */
const TIME = 360_000;

describe.skipIf(missing !== undefined)(
  "other people's clients get from the emulator what they get from OpenStack",
  () => {
    let folder: string;
    let emulator: RunningCloud;
    let outcomes: readonly Outcome[];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'slipway-clients-'));
      emulator = await startCloud({ listen: '127.0.0.1:0', latency: emulatorLatency, hosts: 3, data: folder });
      const cloud = { name: 'emulator', cloudsFile: emulator.cloudsFile ?? '' } as const;
      outcomes = await runClients(cloud, clientNames, AbortSignal.timeout(TIME));
    }, TIME);

    afterAll(async () => {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    });

    it.each(clientNames)('%s', async (name) => {
      const outcome = outcomes.find((one) => one.name === name);
      if (outcome?.transcript === undefined) throw outcome?.error ?? new Error(`${name} did not run`);
      const recording = (await readRecordings(clientsArea)).get(name);
      if (recording === undefined)
        throw new Error(`no recording of the real services: npm run test:openstack -- --area ${clientsArea} --record`);
      const { differences } = compare(outcome.transcript, recording, exceptions);
      expect(differences.map(describeDifference).join('\n')).toBe('');
    });
  },
);
