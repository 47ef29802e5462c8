import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../local/ports.ts';
import { startProcessGuard } from '../../local/process-guard.ts';
import { startTemporalServer } from '../../local/temporal-server.ts';
import { findTool } from '../../local/tools.ts';

/** A real Temporal development server on a free loopback port, in memory, for one test file. */
export interface TestTemporal {
  readonly address: string;
  /** Stops the server and removes its files. */
  readonly stop: () => Promise<void>;
}

/** Starts one; the program is found or fetched as `slipway up` does. */
export async function startTestTemporal(): Promise<TestTemporal> {
  const signal = AbortSignal.timeout(110_000);
  const directory = await mkdtemp(join(tmpdir(), 'slipway-temporal-'));
  const guard = startProcessGuard();
  const clean = async () => {
    guard.close();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { path: program } = await findTool('temporal', { signal });
    const [grpc = 0, http = 0, ui = 0] = await freePorts(3);
    const options = { program, directory, persistent: false, ports: { grpc, http, ui }, guard };
    const server = await startTemporalServer(options, signal);
    return { address: `127.0.0.1:${grpc}`, stop: () => server.stop().finally(clean) };
  } catch (error) {
    await clean();
    throw error;
  }
}
