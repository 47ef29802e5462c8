import { z } from 'zod';
import { listenAddress, logConfiguration, logVariables } from '../service/configuration.ts';
import type { ListenAddress, LogConfiguration } from '../service/configuration.ts';
import { parseEnvironment } from '../temporal/index.ts';
import type { Environment } from '../temporal/index.ts';

const origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be an origin such as https://temporal.example.org',
  );

/** The variables of the codec server. The keys are the names of the environment variables. */
export const codecServerVariables = z.object({
  SLIPWAY_CODEC_SERVER_ADDRESS: listenAddress
    .prefault('127.0.0.1:8888')
    .describe('Address of the codec server. Whoever reaches it can decrypt payloads'),
  SLIPWAY_CODEC_SERVER_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(origin))
    .prefault('http://localhost:8233,http://127.0.0.1:8233')
    .describe('Origins of the Temporal UIs that may ask, separated by commas'),
  ...logVariables,
});

/** Everything a codec server is told from outside, but Vault (`vault/configuration.ts`). */
export interface CodecServerConfiguration {
  readonly listen: ListenAddress;
  readonly origins: readonly string[];
  readonly log: LogConfiguration;
}

/** @throws ConfigurationError naming every variable that does not fit. */
export function loadCodecServerConfiguration(environment: Environment = process.env): CodecServerConfiguration {
  const own = parseEnvironment(codecServerVariables, environment);
  return {
    listen: own.SLIPWAY_CODEC_SERVER_ADDRESS,
    origins: own.SLIPWAY_CODEC_SERVER_ORIGINS,
    log: logConfiguration(own),
  };
}
