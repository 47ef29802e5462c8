import { z } from 'zod';
import { declarationOf, type OperationName, operationNames } from '../model/index.ts';

/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Base of the schemas' identifiers; editors find the files beside the documentation. */
const fileName = (operation: string): string => `${operation}.json`;

/** The JSON Schema (draft 2020-12) of an operation's input, as a caller writes it: what has a default is optional. */
export function operationSchema(operation: OperationName): JsonSchema {
  const { schema, title } = declarationOf(operation);
  const generated = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ jsonSchema }) => {
      // What JavaScript can count to is no limit of Slipway's.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const { $schema, ...rest } = generated;
  return { $schema, $id: fileName(operation), title, ...rest };
}

/** The schemas of all operations by file name. */
export function operationSchemas(): ReadonlyMap<string, JsonSchema> {
  return new Map(operationNames().map((name) => [fileName(name), operationSchema(name)]));
}
