import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { VaultError } from '../vault/index.ts';
import type { VaultClient, VaultTokenInfo } from '../vault/index.ts';
import type { VaultTokenMetrics } from './metrics.ts';

export interface VaultTokenOptions {
  readonly vault: Pick<VaultClient, 'tokenInfo' | 'renewToken'>;
  readonly logger: Logger;
  readonly metrics: VaultTokenMetrics;
}

/**
 * The part of its life that a token has left when it is renewed; each time a bit more or less, so that workers do not
 * come together.
 */
const RENEW_AT = 1 / 3;
const JITTER = 0.05;
/** The longest time between two looks: somebody may have put another token into its file. */
const LOOK_EVERY_MS = 30_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 300_000;

/** Keeps the worker's token for Vault alive, from `run` until its signal is aborted. */
export class VaultTokenKeeper {
  readonly #options: VaultTokenOptions;
  /** What a person should know, and for which token it was logged. */
  #warning: { readonly words: string; readonly about: string } | undefined;
  /** When the token ends, as far as known; undefined when it does not, or when nothing is known. */
  #endsAt: number | undefined;
  /** When it is to be renewed; as {@link #endsAt}. */
  #renewAt: number | undefined;
  /** The token that a limit keeps from being renewed any further. */
  #limited: number | undefined;
  #failures = 0;
  #invalid = false;

  constructor(options: VaultTokenOptions) {
    this.#options = options;
  }

  /** What will go wrong with the token unless somebody acts. */
  warning(): string | undefined {
    return this.#warning?.words;
  }

  /** Looks at the token and renews it when two thirds of its life are over. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await this.#look(signal).catch((error: unknown) => this.#failed(error, signal));
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Returns the milliseconds until the next look. */
  async #look(signal: AbortSignal): Promise<number> {
    const { vault, logger, metrics } = this.#options;
    const token = await vault.tokenInfo(signal);
    if (this.#invalid) logger.info('Vault’s token is valid again');
    this.#invalid = false;
    this.#lives(token.ttlSeconds);
    this.#renewAt = undefined;
    if (token.ttlSeconds === undefined || !this.#canRenew(token)) {
      this.#failures = 0;
      if (token.ttlSeconds === undefined) this.#warning = undefined;
      else this.#warn(`ends ${token.createdAt}`, token.renewable ? REACHES_LIMIT : NOT_RENEWABLE, this.#endsAt);
      return Math.min(LOOK_EVERY_MS, (token.ttlSeconds ?? Infinity) * 1000 + FIRST_RETRY_MS);
    }
    const dueMs = (token.ttlSeconds - token.grantedSeconds * (RENEW_AT + (Math.random() - 0.5) * 2 * JITTER)) * 1000;
    this.#renewAt = Date.now() + dueMs;
    if (dueMs > 0) {
      this.#failures = 0;
      this.#warnOfLimit(token);
      return Math.min(dueMs, LOOK_EVERY_MS);
    }
    const seconds = await vault.renewToken(signal);
    metrics.renewal('renewed');
    logger.info({ seconds }, 'Vault’s token is renewed');
    this.#failures = 0;
    this.#lives(seconds);
    // A token that got less than it had at first has met a limit, its own or its mount's: every further renewal would
    // give less.
    if (seconds < token.grantedSeconds * (1 - JITTER)) this.#limited = token.createdAt;
    return FIRST_RETRY_MS;
  }

  #canRenew({ renewable, createdAt }: VaultTokenInfo): boolean {
    return renewable && this.#limited !== createdAt;
  }

  /** A limit that the token tells of itself is known from the start. */
  #warnOfLimit({ createdAt, maxTtlSeconds }: VaultTokenInfo): void {
    if (maxTtlSeconds === undefined) this.#warning = undefined;
    else this.#warn(`ends ${createdAt}`, REACHES_LIMIT, (createdAt + maxTtlSeconds) * 1000);
  }

  #lives(seconds: number | undefined): void {
    this.#endsAt = seconds === undefined ? undefined : Date.now() + seconds * 1000;
    this.#options.metrics.expires(this.#endsAt === undefined ? undefined : new Date(this.#endsAt));
  }

  /** Says it once for each token in the log, and in the worker's health as long as it is so. */
  #warn(about: string, what: string, endsAt: number | undefined): void {
    const known = this.#warning?.about === about;
    const words = `the token ${what}${endsAt === undefined ? '' : `: it ends at ${instant(endsAt)}`}`;
    this.#warning = { words, about };
    if (!known) this.#options.logger.warn(`Vault: ${words}`);
  }

  /**
   * Returns the milliseconds until the next try: soon at first, and never later than a quarter of what the token has
   * left.
   */
  #failed(error: unknown, signal: AbortSignal): number {
    if (signal.aborted) return 0;
    const { logger, metrics } = this.#options;
    const backoff = Math.min(FIRST_RETRY_MS * 2 ** this.#failures++, LAST_RETRY_MS) * (0.75 + Math.random() / 2);
    if (error instanceof VaultError && error.kind === 'unauthorized') {
      if (!this.#invalid) logger.error({ err: error }, 'Vault’s token is not valid: activities wait for one that is');
      this.#invalid = true;
      this.#warning = undefined;
      return Math.min(backoff, LOOK_EVERY_MS);
    }
    if (this.#endsAt === undefined || this.#renewAt === undefined || Date.now() < this.#renewAt) {
      logger.debug({ err: error }, 'Vault does not tell how long its token lives');
      return Math.min(backoff, LOOK_EVERY_MS);
    }
    metrics.renewal('failed');
    const leftMs = Math.max(0, this.#endsAt - Date.now());
    const reason = error instanceof Error ? error.message : String(error);
    const words = `the token is not renewed and ends in ${Math.round(leftMs / 1000)} s, at ${instant(this.#endsAt)}: ${reason}`;
    this.#warning = { words, about: 'renewal' };
    logger.warn(`Vault: ${words}`);
    return Math.max(FIRST_RETRY_MS, Math.min(backoff, leftMs / 4));
  }
}

const NOT_RENEWABLE = 'cannot be renewed; give the worker another one in time';
const REACHES_LIMIT = 'reaches its longest life, and no renewal helps; give the worker another one in time';

const instant = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
