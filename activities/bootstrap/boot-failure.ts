/** What a machine writes on its console, before the reason, when its boot failed (`slipway-bootstrap.py`). */
const BOOT_FAILED = 'SLIPWAY-BOOT-FAILED';

/**
 * The last line of a console on which nothing will follow: the kernel has stopped (Linux: kernel/panic.c), or systemd
 * could not be the first process (systemd: src/core/crash-handler.c). The sandbox's real machines say it in a sentence.
 */
const LAST_WORDS = /end Kernel panic - not syncing|Freezing execution|Exiting PID 1|^This machine did not boot: /;

/** Why a machine did not boot, by the end of its console; undefined when it does not say that. */
export function bootFailure(console: string): string | undefined {
  const lines = console.split('\n').map((line) => line.trim());
  const told = lines.findLast((line) => line.includes(BOOT_FAILED));
  if (told !== undefined)
    return told
      .slice(told.indexOf(BOOT_FAILED) + BOOT_FAILED.length)
      .replace(/^[:\s]+/, '')
      .trim();
  const last = lines.findLast((line) => line !== '') ?? '';
  return LAST_WORDS.test(last) ? last.replace(/^This machine did not boot: /, '') : undefined;
}
