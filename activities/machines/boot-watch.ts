import { ApplicationFailure } from '@temporalio/activity';
import { NotFoundError } from 'openstack-client-ts';
import { FailureType } from '../../model/index.ts';
import { bootFailure } from '../bootstrap/index.ts';
import type { Cloud } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';
import { call } from '../cloud/session.ts';

/** Reading consoles costs calls and seldom says anything: rarely, and of few machines. */
const PAUSE_MS = 30_000;
const MACHINES = 3;
const LINES = 100;

/** Looks at the consoles of a cluster's machines for a boot that failed. */
export class BootWatch {
  readonly #cloud: Cloud;
  readonly #id: string;
  readonly #group: string | undefined;
  #next = Date.now() + PAUSE_MS;

  /** @param group machine group to look at; all of them unless given */
  constructor(cloud: Cloud, id: string, group?: string) {
    this.#cloud = cloud;
    this.#id = id;
    this.#group = group;
  }

  /**
   * Does nothing unless half a minute has passed.
   *
   * @param except names of machines that are well
   * @throws ApplicationFailure `Slipway.BootstrapFailed` with the machine's own words
   */
  async check(except: ReadonlySet<string> = new Set()): Promise<void> {
    if (Date.now() < this.#next) return;
    this.#next = Date.now() + PAUSE_MS;
    const { servers } = ownResources(this.#cloud, this.#id);
    const machines = await servers.list({ group: this.#group, status: 'ACTIVE' });
    const suspects = machines.filter(({ name }) => !except.has(name)).slice(0, MACHINES);
    for (const { id, name } of suspects) {
      const reason = bootFailure(await this.#console(id));
      if (reason === undefined) continue;
      throw ApplicationFailure.nonRetryable(
        `machine ${name} (${id}) did not boot: ${reason}`,
        FailureType.BootstrapFailed,
      );
    }
  }

  async #console(id: string): Promise<string> {
    try {
      return await this.#cloud.client.compute.servers.consoleLog(id, { ...call(), lines: LINES });
    } catch (error) {
      // Some hypervisors have no console log, and a machine that is just being replaced has none either.
      if (error instanceof NotFoundError) return '';
      throw error;
    }
  }
}
