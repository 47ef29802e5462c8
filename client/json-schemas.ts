import { z } from 'zod';
import { declarationOf, type OperationName, operationNames } from '../model/index.ts';

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Base of the schemas' identifiers; editors find the files beside the documentation. */
const fileName = (operation: string): string => `${operation}.json`;

/** The JSON Schema (draft 2020-12) of an operation's input, as a caller writes it: what has a default is optional. */
export function operationSchema(operation: OperationName): JsonSchema {
  const { schema, title } = declarationOf(operation);
  const { $schema, ...rest } = jsonSchema(schema, 'input');
  return { $schema, $id: fileName(operation), title, ...rest };
}

/** The same of its result. */
export const resultSchema = (operation: OperationName): JsonSchema =>
  jsonSchema(declarationOf(operation).result, 'output');

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    override: ({ jsonSchema: node }) => {
      // What JavaScript can count to is no limit of Slipway's.
      if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
      if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
    },
  });
}

/** The schemas of all operations by file name. */
export function operationSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map(operationNames().map((name) => [fileName(name), operationSchema(name)]));
}
