import { operationNames } from '../../model/index.ts';
import { operationSchemas } from '../../client/json-schemas.ts';
import { Cli } from '../cli.ts';
import { createProgram } from '../program.ts';
import { addonsReference } from './addons-page.ts';
import { apiServerFlagsReference } from './api-server-flags.ts';
import { cliReference, clusterSpecReference, GENERATED } from './markdown.ts';
import { operationIndex, operationPage, operationPagePath } from './operation-page.ts';
import { preFlightReference } from './pre-flight.ts';
import { silentEnvironment } from './silent-environment.ts';

/** Every file that is generated from the schemas and the command line: path in the repository, content. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const schemas = [...operationSchemas()].map(
    ([name, schema]) => [`docs/schemas/${name}`, `${JSON.stringify(schema, null, 2)}\n`] as const,
  );
  return new Map([
    ...schemas,
    ...operationNames().map((name) => [operationPagePath(name), operationPage(name, GENERATED)] as const),
    ['docs/reference/operations/README.md', operationIndex(GENERATED)],
    ['docs/reference/cluster-spec.md', clusterSpecReference()],
    ['docs/reference/addons.md', addonsReference(GENERATED)],
    ['docs/reference/api-server-flags.md', apiServerFlagsReference(GENERATED)],
    ['docs/reference/pre-flight.md', preFlightReference()],
    ['docs/reference/cli.md', cliReference(createProgram(new Cli(silentEnvironment())))],
  ]);
}
