import { inspect } from 'node:util';
import type { Logger as TemporalLogger, LogLevel as TemporalLogLevel, LogMetadata } from '@temporalio/worker';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { z } from 'zod';
import type { LogConfiguration } from './configuration.ts';

/** Fields whose values never belong into a log, wherever a library may put them. */
const SECRET_FIELDS = [
  'token',
  'password',
  'secret',
  'apiKey',
  'authorization',
  'kubeconfig',
  'privateKey',
  'private_key',
  'userData',
  'user_data',
  'client_token',
  'credential',
];

/**
 * What a secret looks like inside a text. Nothing should put one there; this is the last line of defence.
 * Vault tokens (hvs., hvb., s.), Keystone's Fernet tokens, kubeadm's join tokens, PEM private keys, bearer credentials.
 */
const SECRET_TEXTS = [
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\bs\.[A-Za-z0-9]{24,}/g,
  /\bgAAAA[\w-]{40,}={0,2}/g,
  /\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bBearer\s+[\w.~+/-]{16,}=*/gi,
];

/** A logger that writes one line per message to stderr (or to `destination`), without secrets. */
export function createLogger(configuration: LogConfiguration, destination: DestinationStream = process.stderr): Logger {
  const stream =
    configuration.format === 'json' ? destination : { write: (line: string) => destination.write(asText(line)) };
  return pino(
    {
      level: configuration.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[secret]' },
      hooks: { streamWrite: withoutSecrets },
    },
    stream,
  );
}

/** Replaces everything that looks like a secret. */
export function withoutSecrets(line: string): string {
  return SECRET_TEXTS.reduce((text, pattern) => text.replace(pattern, '[secret]'), line);
}

/** Temporal's logger interface on top of ours: what the SDK and workflow code log arrives in the same lines. */
export function temporalLogger(logger: Logger): TemporalLogger {
  const log = (level: TemporalLogLevel, message: string, meta?: LogMetadata) =>
    logger[PINO_LEVEL[level]](fields(meta), message);
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

const PINO_LEVEL = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** The time is pino's own; a task token says nothing to a person. */
const NOISE = new Set(['timestampNanos', 'taskToken']);

/** What JSON cannot hold as text, and errors where pino looks for them. */
function fields(meta: LogMetadata | undefined): Record<string, unknown> {
  const entries = Object.entries(meta ?? {}).filter(([key]) => !NOISE.has(key));
  return Object.fromEntries(
    entries.map(([key, value]) => [key === 'error' ? 'err' : key, typeof value === 'bigint' ? String(value) : value]),
  );
}

function asText(line: string): string {
  const { time, level, msg, ...rest } = z.looseObject({}).parse(JSON.parse(line));
  const shown = Object.entries(rest).map(
    ([key, value]) =>
      `${key}=${typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 3 })}`,
  );
  return `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${shown.length > 0 ? `  ${shown.join(' ')}` : ''}\n`;
}
