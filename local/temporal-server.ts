import { join } from 'node:path';
import { searchAttributes } from '../model/index.ts';
import { childEnvironment } from './config.ts';
import { startProcess, type BackgroundProcess } from './process.ts';
import type { ProcessGuard } from './process-guard.ts';

export interface TemporalServerOptions {
  /** The `temporal` program. */
  readonly program: string;
  /** Holds the log, and the database when there is one. */
  readonly directory: string;
  /** Keep workflows in a file below `directory`; otherwise they are gone when the server stops. */
  readonly persistent: boolean;
  readonly ports: { readonly grpc: number; readonly http: number; readonly ui: number };
  readonly guard?: ProcessGuard;
}

/**
 * Starts Temporal's development server with the UI and Slipway's search attributes; ready when the namespace `default`
 * answers.
 */
export async function startTemporalServer(
  { program, directory, persistent, ports, guard }: TemporalServerOptions,
  signal: AbortSignal,
): Promise<BackgroundProcess> {
  const database = [
    '--db-filename',
    join(directory, 'temporal.db'),
    // A power cut may lose the last moments; without this every transition waits for the disk.
    ...['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'],
  ];
  return await startProcess(
    {
      title: 'Temporal',
      command: program,
      args: [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn', '--ui-disable-news-fetch'],
        ...['--port', String(ports.grpc), '--http-port', String(ports.http), '--ui-port', String(ports.ui)],
        ...Object.values(searchAttributes).flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
        ...(persistent ? database : []),
      ],
      // Not the user's configuration of the command line, which may name another server.
      env: childEnvironment({ TEMPORAL_CONFIG_FILE: '/dev/null' }),
      logFile: join(directory, 'logs', 'temporal.log'),
      ready: { url: `http://127.0.0.1:${ports.http}/api/v1/namespaces/default` },
      deadline: 60_000,
      ...(guard === undefined ? {} : { guard }),
    },
    signal,
  );
}
