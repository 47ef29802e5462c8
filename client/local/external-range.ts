/** The sandbox's external network when it listens on its usual port. */
const USUAL_PORT = 5000;
const USUAL_RANGE = '127.64.0.0/16';

/** Each range has 512 addresses: floating IPs and routers of more than two hundred clusters. */
const PREFIX = 23;
const SIZE = 2 ** (32 - PREFIX);
/** Ranges in 127.0.0.0/16, which belongs to everybody. */
const RESERVED = 2 ** 16 / SIZE;
const RANGES = 2 ** 24 / SIZE;

/**
 * The range of a sandbox's floating IPs, as a function of the port of 127.0.0.1 on which its cloud listens. Floating IPs are loopback
 * addresses that the sandbox really listens on, so two sandboxes on one host must not share any; no two have the same port. Ports from
 * 32,768 on, of which the system takes free ones, all have ranges of their own.
 */
export function externalRange(port: number): string {
  if (port === USUAL_PORT) return USUAL_RANGE;
  const slot = port % RANGES;
  const base = (slot < RESERVED ? RANGES - 1 - slot : slot) * SIZE;
  return `127.${Math.floor(base / 2 ** 16)}.${Math.floor(base / 2 ** 8) % 256}.${base % 256}/${PREFIX}`;
}
