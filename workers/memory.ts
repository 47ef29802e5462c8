import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage sooner. An evicted workflow leaves about a MiB of garbage, and V8 lets a heap grow several
 * times over before it looks: 200 operations at once took 1.8 GiB, of which 0.4 were in use. Measured with 60
 * operations at once: 518 MiB instead of 1191, a tenth more time.
 *
 * Call it before the worker is created: the thread that runs workflows takes the flags when it starts. The young
 * generation keeps its size and functions keep their bytecode, which `--optimize-for-size` alone would trade for memory
 * as well.
 */
export function collectGarbageSooner(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--max-semi-space-size=16');
  setFlagsFromString('--no-flush-bytecode');
}
