import type { z } from 'zod';
import type { OperationDeclaration } from './declaration.ts';
import * as operations from './table.ts';

export { operations };

/** Every operation by its name. */
export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationInput<N extends OperationName> = z.output<Operations[N]['schema']>;
export type OperationResult<N extends OperationName> = z.output<Operations[N]['result']>;

/** An operation's declaration where its name is known only at run time; its input was parsed by its schema. */
export const declarationOf = (name: OperationName): OperationDeclaration => operations[name];

/** The schema of an operation's result, as another release may tell it: fields that are not known are left out. */
export const resultSchemaOf = <N extends OperationName>(name: N): z.ZodType<OperationResult<N>> =>
  // The table has under each name the operation of this name.
  operations[name].result.strip() as unknown as z.ZodType<OperationResult<N>>;

/** The names of all operations. */
export const operationNames = (): OperationName[] => Object.keys(operations).filter(isOperationName);

/** Whether this is an operation's name. */
export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name);

/** Whether an operation that completes ends its cluster. Such a one is let in at any time, and stops what runs. */
export const endsCluster = (name: OperationName): boolean => declarationOf(name).phases.completed === 'Deleted';

/** Whether an operation makes the cluster that it is asked of. */
export const makesCluster = (name: OperationName): boolean => declarationOf(name).phases.running === 'Creating';

export * from './apply-access.ts';
export * from './apply-addons.ts';
export * from './create-cluster.ts';
export * from './declaration.ts';
export * from './delete-cluster.ts';
export { type NodeGroupResult, WAVE_SIZE } from './node-group.ts';
export * from './replace-control-plane.ts';
export * from './replace-node-group.ts';
export * from './resize-node-group.ts';
