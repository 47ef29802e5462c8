import { resolve } from 'node:path';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
import { openstackDoor } from '../../../scripts/eslint-openstack-door.mjs';

const refused = [
  'await cloud.client.compute.servers.delete(id);',
  'const { servers } = cloud.client.compute; await servers.listBrief();',
  'const { routers } = cloud.client.network; await routers.removeInterface(id, { subnet_id: id });',
  'await cloud.client.loadBalancer.loadBalancers.list({ name: id });',
  'await cloud.client.loadBalancer.members(id).setAll([]);',
  'await cloud.client.network.securityGroupRules.createMany([]);',
  "await cloud.client.service('compute').request('DELETE', '/servers/' + id);",
];
const allowed = [
  'await own.servers.list();',
  'await cloud.client.network.subnets.get(id);',
  "await cloud.client.service('compute').request('GET', '/servers');",
  'new Map().delete(own);',
];

/** An activity that does all of it, one thing in a line. */
const activity = [
  "import type { Cloud } from './clouds.ts';",
  "import { ownResources } from './own-resources.ts';",
  'export async function test(cloud: Cloud, id: string) { const own = ownResources(cloud, id);',
  ...[...refused, ...allowed].map((line) => `{ ${line} }`),
  '}',
].join('\n');

it('lets no activity list, change or remove anything of OpenStack but through the door', () => {
  const file = resolve('activities/cloud/example-of-the-door-test.ts');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    '.',
  );
  const host = ts.createCompilerHost(options);
  const read = host.getSourceFile.bind(host);
  host.getSourceFile = (name, version) =>
    resolve(name) === file ? ts.createSourceFile(name, activity, version) : read(name, version);
  const program = ts.createProgram([file], options, host);
  const messages = new Linter().verify(
    activity,
    {
      files: ['**/*.ts'],
      languageOptions: { parser: tseslint.parser, parserOptions: { programs: [program] } },
      plugins: { slipway: { rules: { 'openstack-door': openstackDoor } } },
      rules: { 'slipway/openstack-door': 'error' },
    },
    file,
  );
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  expect(messages.map(({ line }) => line)).toEqual(refused.map((_, index) => index + 4));
}, 180_000);
