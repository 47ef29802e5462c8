import { inspect } from 'node:util';
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
function withoutSecrets(line: string): string {
  return SECRET_TEXTS.reduce((text, pattern) => text.replace(pattern, '[secret]'), line);
}

function asText(line: string): string {
  const { time, level, msg, ...rest } = z.looseObject({}).parse(JSON.parse(line));
  const shown = Object.entries(rest).map(
    ([key, value]) =>
      `${key}=${typeof value === 'string' ? value : inspect(value, { breakLength: Infinity, depth: 3 })}`,
  );
  return `${String(time)} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}${shown.length > 0 ? `  ${shown.join(' ')}` : ''}\n`;
}
