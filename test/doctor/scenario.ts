import type { ClusterSpecInput, PreFlightRowId } from '../../model/index.ts';
import type { Tenant } from './tenant.ts';

/** How the doctor is to look once the thing is gone, and what gives it back. */
export interface Taken {
  readonly auth?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly change?: Partial<ClusterSpecInput>;
  readonly back?: () => Promise<unknown>;
}

/** What is taken from a tenant, or asked of it beyond what it has, and what the doctor must then say. */
export interface Scenario {
  readonly name: string;
  readonly take: (tenant: Tenant, signal: AbortSignal) => Promise<Taken> | Taken;
  /** The check that fails, and its words. */
  readonly check: string;
  readonly says: RegExp;
}

/** A scenario for a row of the pre-flight: what is said of the cluster. */
export interface RowScenario extends Scenario {
  readonly row: PreFlightRowId;
}

/** A scenario in which something of the pre-flight's table does not fit. */
export const unfit = (row: PreFlightRowId, name: string, says: RegExp, take: Scenario['take']): RowScenario => ({
  row,
  name,
  check: 'cloud.cluster',
  says,
  take,
});
