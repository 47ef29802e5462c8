import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes that have arrived, and how many there are if the server said so. */
export interface DownloadProgress {
  readonly received: number;
  readonly total: number | undefined;
}

/** Limits of a download, in milliseconds. */
export interface DownloadLimits {
  /**
   * Until the response's headers: short, so that a machine without a way out falls through to the next source at once.
   */
  readonly connect: number;
  /** Without a byte. */
  readonly stall: number;
  /** Pause before a broken download goes on where it stopped. */
  readonly retryDelay: number;
}

export const defaultLimits: DownloadLimits = { connect: 5_000, stall: 30_000, retryDelay: 1_000 };

/** How often a download that broke in the middle is continued. */
const ATTEMPTS = 4;

/** The source does not have the file, or cannot be reached: going on would not help. */
class Unreachable extends Error {}

/**
 * Downloads `url` to `file`, which must not hold anything else. A connection that breaks in the middle is continued
 * with a range request, at most three times. Throws when the source cannot be reached, refuses, or stalls.
 *
 * Node's fetch heeds HTTPS_PROXY only with NODE_USE_ENV_PROXY=1 (Node 22.21 and 24 on); elsewhere a machine behind a
 * proxy takes the wheel, because pip heeds it always.
 */
export async function download(
  url: string,
  file: string,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
  limits: DownloadLimits = defaultLimits,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await downloadOnce(url, file, onProgress, signal, limits);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Unreachable || attempt === ATTEMPTS) throw error;
      await delay(limits.retryDelay * attempt, undefined, { signal });
    }
  }
}

async function downloadOnce(
  url: string,
  file: string,
  onProgress: (progress: DownloadProgress) => void,
  signal: AbortSignal,
  limits: DownloadLimits,
): Promise<void> {
  const have = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  const watchdog = new AbortController();
  let timer = setTimeout(() => watchdog.abort(new Error('no answer')), limits.connect);
  try {
    const response = await fetch(url, {
      headers: have > 0 ? { range: `bytes=${have}-` } : {},
      signal: AbortSignal.any([signal, watchdog.signal]),
    }).catch((error: unknown) => {
      throw have > 0 ? error : new Unreachable(`${new URL(url).host} cannot be reached (${reason(error)})`);
    });
    if (!response.ok || response.body === null) {
      throw new Unreachable(`${url} answers ${response.status} ${response.statusText}`);
    }
    // A server that ignores the range sends everything again.
    const start = response.status === 206 ? have : 0;
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = Number.isFinite(length) ? start + length : undefined;
    const handle = await open(file, start > 0 ? 'a' : 'w', 0o600);
    try {
      let received = start;
      onProgress({ received, total });
      for await (const chunk of response.body) {
        clearTimeout(timer);
        timer = setTimeout(() => watchdog.abort(new Error(`nothing came for ${limits.stall} ms`)), limits.stall);
        const bytes = chunk as Uint8Array;
        await handle.write(bytes);
        received += bytes.byteLength;
        onProgress({ received, total });
      }
      if (total !== undefined && received !== total)
        throw new Error(`${url} ended after ${received} of ${total} bytes`);
    } finally {
      await handle.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** SHA-256 of a file, in hexadecimal. */
export async function sha256File(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
