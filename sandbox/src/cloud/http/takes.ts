import type { Schema } from './json-schema.ts';

/**
 * What the body of a request may hold: paths of its attributes from the root of the body, such as `server.name`,
 * `server.networks[].tag` and `server.metadata.*`, where any name is good. Made of what the route itself reads by, so
 * that a test can walk all that a cloud accepts.
 */
export type Takes = readonly string[];

/** Of a route without a body, or with one that is bytes only. */
export const takesNothing: Takes = [];

/** What a JSON Schema admits. Of a route whose schema depends on the microversion, all its schemas. */
export const takesBySchema = (...schemas: readonly Schema[]): Takes => [
  ...new Set(schemas.flatMap((schema) => pathsIn(schema))),
];

/** What is admitted below a name of the body. */
export const takesBelow = (name: string, attributes: Takes): Takes => attributes.map((one) => `${name}.${one}`);

function pathsIn(schema: Schema): string[] {
  const { properties = {}, patternProperties, items, oneOf = [], anyOf = [], allOf = [] } = schema;
  const below = (name: string, inner: Schema): string[] =>
    pathsIn(inner).map((path) => (path === '' || path.startsWith('[') ? name + path : `${name}.${path}`));
  const found = [
    ...Object.entries(properties).flatMap(([name, inner]) => below(name, inner)),
    ...(patternProperties ? ['*'] : []),
    ...(items ? below('[]', items).filter((path) => path !== '[]') : []),
    ...[...oneOf, ...anyOf, ...allOf].flatMap((inner) => pathsIn(inner).filter((path) => path !== '')),
  ];
  return found.length > 0 ? found : [''];
}
