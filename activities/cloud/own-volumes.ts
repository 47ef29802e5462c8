import { type BlockStorageService, ConfigurationError, type Snapshot, type Volume } from 'openstack-client-ts';
import { isClaimedVolume, listed, type Own } from './ownership.ts';
import { call } from './session.ts';

/** The volumes that were made for the cluster's claims, and snapshots of them; none where there is no block storage. */
export class OwnVolumes {
  readonly #service: Pick<BlockStorageService, 'volumes' | 'snapshots'>;
  readonly #id: string;

  constructor(service: BlockStorageService, id: string) {
    this.#service = service;
    this.#id = id;
  }

  async list(): Promise<Own<Volume>[]> {
    const rows = await orNone(listed(this.#service.volumes).all());
    return rows.filter((row) => isClaimedVolume(row, this.#id));
  }

  async snapshots(): Promise<Own<Snapshot>[]> {
    const rows = await orNone(listed(this.#service.snapshots).all());
    return rows.filter((row) => isClaimedVolume(row, this.#id));
  }

  /** 404 is success. Cinder answers before it is gone, and refuses while it is in use. */
  remove({ id }: Own<Volume>): Promise<void> {
    return this.#service.volumes.delete(id, { ...call(), missingOk: true });
  }

  /** 404 is success. Cinder answers before it is gone. */
  removeSnapshot({ id }: Own<Snapshot>): Promise<void> {
    return this.#service.snapshots.delete(id, { ...call(), missingOk: true });
  }
}

async function orNone<T>(rows: Promise<T[]>): Promise<T[]> {
  try {
    return await rows;
  } catch (error) {
    if (error instanceof ConfigurationError) return [];
    throw error;
  }
}
