import { ApplicationFailure } from '@temporalio/activity';
import { type ClusterSpec, FailureType } from '../../model/index.ts';
import type { Cloud } from '../cloud/clouds.ts';
import { ownResources } from '../cloud/own-resources.ts';

const PAUSE_MS = 30_000;

/**
 * Looks whether the API can still be reached: without its floating IP it never answers, however well it does (the fault
 * matrix, "ensureApi POST …/floatingips: vanishes").
 */
export class ApiWatch {
  readonly #cloud: Cloud;
  readonly #id: string;
  readonly #ours: boolean;
  #next = Date.now() + PAUSE_MS;

  constructor(cloud: Cloud, id: string, { api }: ClusterSpec) {
    this.#cloud = cloud;
    this.#id = id;
    this.#ours = api.public && api.floatingIp === undefined;
  }

  /**
   * Does nothing unless half a minute has passed.
   *
   * @throws ApplicationFailure `OpenStack.NotFound` when the cluster's own floating IP is gone
   */
  async check(): Promise<void> {
    if (!this.#ours || Date.now() < this.#next) return;
    this.#next = Date.now() + PAUSE_MS;
    const found = await ownResources(this.#cloud, this.#id).floatingIps.list();
    if (found.length > 0) return;
    throw ApplicationFailure.nonRetryable(
      `the floating IP of the API of ${this.#id} vanished: somebody deleted it. Create the cluster again: it goes on with another one`,
      FailureType.OpenStackNotFound,
    );
  }
}
