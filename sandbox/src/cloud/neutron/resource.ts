import type { ApiError, Call } from '../http/service.ts';
import type { Table } from '../store/table.ts';
import type { Allows, AttributeMap } from './attributes.ts';
import type { NeutronRow } from './rows.ts';

/** What an answer answers: some attributes are not the same in all. */
export type AnswerKind = 'list' | 'one' | 'creation';

/** How one kind of Neutron resource differs from the others. */
export interface Resource<T extends NeutronRow> {
  /** `port`: also the name of its quota. */
  readonly singular: string;
  /** `ports` */
  readonly plural: string;
  /** The path, where it is not the plural: `security-groups`. */
  readonly path?: string;
  readonly table: Pick<Table<T, 'project'>, 'get' | 'all' | 'by' | 'count' | 'delete' | 'patch'>;
  readonly attributes: AttributeMap;
  notFound(id: string): ApiError;
  /** The rows a list has to look at; an index where one fits the query. */
  candidates(call: Call): T[];
  /** Whether the caller may see a row. */
  visible(call: Call, row: T): boolean;
  /** What the policy lets an ordinary user do to a row, or with the values of a new one; default: all to the own. */
  allows?(call: Call, target: Readonly<Record<string, unknown>>): Allows;
  /** What is shown; the row itself by default. */
  view?(call: Call, row: T, kind: AnswerKind): Record<string, unknown>;
  /** Answers filters that are not plain comparisons with what is shown; undefined: compare. */
  filter?(row: T, name: string, values: readonly string[]): boolean | undefined;
  /** Looks at several that are to be made by one request. */
  checkMany?(wanted: readonly Readonly<Record<string, unknown>>[]): void;
  /** Refuses a creation before quotas and policy are asked. */
  checkOwner?(call: Call, values: Readonly<Record<string, unknown>>): void;
  /** Makes and inserts one resource from attributes that are checked and have their defaults. */
  create(call: Call, values: Readonly<Record<string, unknown>>): T;
  update(call: Call, row: T, values: Readonly<Record<string, unknown>>): void;
  remove(call: Call, row: T): void;
  readonly hasTags?: boolean;
  /** Several cannot be made by one request. */
  readonly oneByOne?: boolean;
  /** Attributes whose change does not count as one of the resource: they are in tables of their own. */
  readonly uncounted?: readonly string[];
}
