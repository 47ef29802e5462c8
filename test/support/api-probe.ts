import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, VersionApi } from '@kubernetes/client-node';

/** Requests to a cluster's API, and how many failed. */
export interface Probed {
  readonly probes: number;
  readonly probesFailed: number;
}

const EVERY_MS = 200;
const ANSWER_MS = 5000;
/** The part of the requests that may fail: a load balancer needs a moment to see that a member has gone. */
const MAY_FAIL = 0.005;

/**
 * Asks the API five times a second; a request that has no answer after five seconds has failed. Every second it also
 * takes a `look`.
 */
export function startProbe(config: KubeConfig, look: () => Promise<void> = () => Promise.resolve()) {
  const version = config.makeApiClient(VersionApi);
  const going = new AbortController();
  let [probes, probesFailed] = [0, 0];
  const ask = async (): Promise<void> => {
    probes += 1;
    try {
      await Promise.race([version.getCode(), sleep(ANSWER_MS).then(() => Promise.reject(new Error('no answer')))]);
      if (probes % 5 === 0) await look();
    } catch {
      probesFailed += 1;
    }
  };
  const loop = (async () => {
    const asked: Promise<void>[] = [];
    while (!going.signal.aborted) {
      asked.push(ask());
      await sleep(EVERY_MS);
    }
    await Promise.all(asked);
  })();
  return {
    /** @throws Error when more than one in two hundred failed */
    stop: async (): Promise<Probed> => {
      going.abort();
      await loop;
      if (probesFailed > probes * MAY_FAIL) throw new Error(`${probesFailed} of ${probes} requests to the API failed`);
      return { probes, probesFailed };
    },
    /** Ends it where something else has failed. */
    end: async (): Promise<void> => {
      going.abort();
      await loop;
    },
  };
}
