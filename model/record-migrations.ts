import { type Fields, isFields } from './fields.ts';

/** The schema of the records that this version writes. */
export const RECORD_SCHEMA = 4;

/**
 * A change of the record's schema. What it reads was written by the version before, and is checked after the last of
 * them.
 */
interface Migration {
  readonly name: string;
  readonly migrate: (record: Fields) => Fields;
}

/**
 * The migration at index n makes a record of schema n + 1 from one of schema n. Records of version 0.1.0 say no number.
 */
const migrations: readonly Migration[] = [
  {
    name: 'The last operations are a history, and what is there is observed',
    migrate: ({ last, ...record }) => {
      const observed = record.created === undefined ? undefined : observedIn(record);
      return { ...record, history: last === undefined ? [] : [last], ...(observed === undefined ? {} : { observed }) };
    },
  },
  {
    name: 'What is observed of a machine group says its generations',
    migrate: ({ observed, ...record }) =>
      observed === undefined ? record : { ...record, observed: withGenerations(observed) },
  },
  {
    name: 'A cluster has addons; those that were made before have none, whatever a later default says',
    migrate: ({ spec, observed, ...record }) => ({
      ...record,
      ...(isFields(spec) ? { spec: { addons: {}, ...spec } } : { spec }),
      ...(isFields(observed) ? { observed: { ...observed, addons: {} } } : observed === undefined ? {} : { observed }),
    }),
  },
  {
    name: 'A cluster has users; those that were made before have none but the administrator',
    migrate: ({ spec, ...record }) => ({ ...record, ...(isFields(spec) ? { spec: withoutUsers(spec) } : { spec }) }),
  },
];

/**
 * Brings a record of an older version to today's schema. What is no record, or of a newer version, is returned as it
 * came: the schema says what is wrong with it.
 */
export function migrateRecord(input: unknown): unknown {
  if (!isFields(input)) return input;
  const from = input.schema ?? 0;
  if (typeof from !== 'number' || !Number.isInteger(from) || from < 0 || from >= RECORD_SCHEMA) return input;
  const migrated = migrations.slice(from).reduce((record, { migrate }) => migrate(record), input);
  return { ...migrated, schema: RECORD_SCHEMA };
}

/** Version 0.1.0 had no operation that changes a cluster: it is as it was asked for. */
function observedIn({ spec }: Fields): unknown {
  if (!isFields(spec)) return undefined;
  const { kubernetes, controlPlane, nodeGroups } = spec;
  if (!isFields(kubernetes) || !isFields(controlPlane) || !Array.isArray(nodeGroups)) return undefined;
  const kubernetesVersion = kubernetes.version;
  const groups = (nodeGroups as unknown[])
    .filter(isFields)
    .map(({ name, count }): [string, unknown] => [String(name), { count, kubernetesVersion }]);
  return { controlPlane: { count: controlPlane.count, kubernetesVersion }, nodeGroups: Object.fromEntries(groups) };
}

/** Machines that were made before there were generations are of none. */
function withGenerations(observed: unknown): unknown {
  if (!isFields(observed) || !isFields(observed.nodeGroups)) return observed;
  const withNone = (machines: unknown): unknown => {
    if (!isFields(machines)) return machines;
    const { count, kubernetesVersion } = machines;
    return { ...machines, generations: count === 0 ? [] : [{ generation: '', count, kubernetesVersion }] };
  };
  const nodeGroups = Object.entries(observed.nodeGroups).map(([name, machines]) => [name, withNone(machines)]);
  return {
    ...observed,
    controlPlane: withNone(observed.controlPlane),
    nodeGroups: Object.fromEntries(nodeGroups) as unknown,
  };
}

function withoutUsers({ kubernetes, ...spec }: Fields): Fields {
  const known = isFields(kubernetes) ? { authentication: { oidc: [] }, ...kubernetes } : kubernetes;
  return { access: [], ...spec, kubernetes: known };
}
