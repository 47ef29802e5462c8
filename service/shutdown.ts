/** Signals that end a process in an orderly way. */
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Waits for the process to be asked to end. */
export interface ShutdownRequest {
  /**
   * Resolves with the first signal's name. A second signal ends the process at once, with the status a shell expects.
   */
  readonly requested: Promise<NodeJS.Signals>;
  /** Stops listening. */
  readonly dispose: () => void;
}

/** Listens for SIGTERM and SIGINT. */
export function onShutdown(): ShutdownRequest {
  const listeners: [NodeJS.Signals, () => void][] = [];
  const dispose = () => listeners.forEach(([signal, listener]) => process.off(signal, listener));
  let asked = false;
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of SIGNALS) {
      const listener = () => {
        if (asked) process.exit(signal === 'SIGTERM' ? 143 : 130);
        asked = true;
        resolve(signal);
      };
      listeners.push([signal, listener]);
      process.on(signal, listener);
    }
  });
  return { requested, dispose };
}
