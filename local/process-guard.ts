import { spawn } from 'node:child_process';

/** Ends processes when this one ends without having done so: a crash, a SIGKILL, a closed terminal. */
export interface ProcessGuard {
  /** From now on this process is ended with us. */
  watch(pid: number): void;
  /** This process has ended. */
  release(pid: number): void;
  /** Ends the guard; processes that it still watches are ended. */
  close(): void;
  /** Ends the guard and leaves the processes running. */
  disband(): void;
}

/**
 * Keeps the pids that it reads, and ends them when its input ends, which is when the other end of the pipe is gone,
 * however that came. A shell, because it is everywhere and takes a megabyte.
 */
const SCRIPT = `
pids=" "
while read -r verb pid; do
  case $verb in
    watch) pids="$pids$pid " ;;
    disband) pids= ;;
    release) pids=$(printf %s "$pids" | sed "s/ $pid / /") ;;
  esac
done
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; done
left=40
while [ $left -gt 0 ]; do
  alive=
  for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=yes; done
  [ -z "$alive" ] && break
  left=$((left - 1)); sleep 0.5
done
for pid in $pids; do kill -KILL "-$pid" 2>/dev/null; done
`;

/** Starts a guard. It runs in a session of its own, so that a Ctrl-C in the terminal does not end it first. */
export function startProcessGuard(): ProcessGuard {
  const child = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  const { stdin } = child;
  stdin.on('error', () => undefined); // The guard was killed: nothing is guarded then, and nothing else is wrong.
  const send = (line: string) => {
    if (stdin.writable) stdin.write(`${line}\n`);
  };
  return {
    watch: (pid) => send(`watch ${pid}`),
    release: (pid) => send(`release ${pid}`),
    close: () => stdin.end(),
    disband: () => {
      send('disband');
      stdin.end();
    },
  };
}
