import { z } from 'zod';

/** Where a server of this process listens. Port 0 takes any free port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** The value of a variable that names a `ListenAddress`: `host:port`, an IPv6 address in brackets. */
export const listenAddress = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be address:port, such as 127.0.0.1:9400')
  .transform((text): ListenAddress => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine(({ port }) => port <= 65_535, 'the port must be at most 65535');

/** The variables by which every process is told what to log. The keys are the names of the environment variables. */
export const logVariables = {
  SLIPWAY_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error'])
    .prefault('info')
    .describe('The least important messages that are logged'),
  SLIPWAY_LOG_FORMAT: z
    .enum(['json', 'text'])
    .prefault('json')
    .describe('One JSON object per line, or text for a person'),
};

/** The parsed values of `logVariables`. */
type LogValues = z.output<z.ZodObject<typeof logVariables>>;

/** What is logged, and how. */
export interface LogConfiguration {
  readonly level: LogValues['SLIPWAY_LOG_LEVEL'];
  readonly format: LogValues['SLIPWAY_LOG_FORMAT'];
}

/** What the variables say of logs. */
export const logConfiguration = (values: LogValues): LogConfiguration => ({
  level: values.SLIPWAY_LOG_LEVEL,
  format: values.SLIPWAY_LOG_FORMAT,
});
