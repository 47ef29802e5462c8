import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCloudsFile, readCloudVariables } from '../../../client/clouds/clouds-file.ts';
import { Clouds, type CloudsApi } from '../../../client/clouds/clouds.ts';
import { MemoryKv } from '../../support/memory-kv.ts';
import { runCommand } from '../cli/support/run-command.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slipway-clouds-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  return join(directory, 'clouds.yaml');
}

const CLOUDS = `
clouds:
  prod:
    auth: {auth_url: https://keystone.example.org/v3, username: u, project_name: p}
    region_name: R1
`;
const PEM = '# Example Root\n-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const SECURE = 'clouds: {prod: {auth: {password: pa55word}}}\n';

const URL = 'auth_url: https://keystone.example.org/v3';

describe('an entry of clouds.yaml', () => {
  it.each(['20250917', '0012', '1e5', '0x10', 'yes'])('keeps the password %s as it is written', async (password) => {
    const file = await write({
      'clouds.yaml': CLOUDS,
      'secure.yaml': `clouds: {prod: {auth: {password: ${password}}}}`,
    });
    expect(await readCloudsFile({ entry: 'prod', file, variables: {} })).toMatchObject({ auth: { password } });
  });

  it('with an empty cacert has none', async () => {
    for (const empty of ['', '""', 'null']) {
      const file = await write({ 'clouds.yaml': `${CLOUDS}    cacert: ${empty}\n`, 'secure.yaml': SECURE });
      expect(await readCloudsFile({ entry: 'prod', file, variables: {} })).not.toHaveProperty('cacert');
    }
  });

  it('is merged with secure.yaml beside it', async () => {
    const file = await write({ 'clouds.yaml': CLOUDS, 'secure.yaml': SECURE });
    expect(await readCloudsFile({ entry: 'prod', file, variables: {} })).toEqual({
      auth: { auth_url: 'https://keystone.example.org/v3', username: 'u', project_name: 'p', password: 'pa55word' },
      region_name: 'R1',
    });
  });

  it('lies over its profile', async () => {
    const file = await write({
      'clouds.yaml': 'clouds: {prod: {profile: vendor, auth: {username: u, password: x}}}\n',
      'clouds-public.yaml':
        'public-clouds: {vendor: {auth: {auth_url: https://vendor.example.org/v3, username: v}, interface: public}}\n',
    });
    expect(await readCloudsFile({ entry: 'prod', file, variables: {} })).toEqual({
      auth: { auth_url: 'https://vendor.example.org/v3', username: 'u', password: 'x' },
      interface: 'public',
    });
  });

  it('takes the authority’s certificate in, because workers run elsewhere', async () => {
    const file = await write({
      'clouds.yaml': `${CLOUDS}    cacert: ca.pem\n`,
      'secure.yaml': SECURE,
      'ca.pem': PEM,
    });
    expect(await readCloudsFile({ entry: 'prod', file, variables: {} })).toMatchObject({ cacert: PEM });
  });

  it('is found by OS_CLIENT_CONFIG_FILE', async () => {
    const file = await write({ 'clouds.yaml': CLOUDS, 'secure.yaml': SECURE });
    const cloud = await readCloudsFile({ entry: 'prod', variables: { OS_CLIENT_CONFIG_FILE: file } });
    expect(cloud.auth.auth_url).toBe('https://keystone.example.org/v3');
  });

  it.each([
    ['an entry that is not there', { 'clouds.yaml': CLOUDS }, 'other', /no cloud other in .*; it has: prod/],
    ['no file', {}, 'prod', /clouds\.yaml does not exist/],
    ['no password', { 'clouds.yaml': CLOUDS }, 'prod', /has no auth\.password, auth\.token or/],
    ['no user', { 'clouds.yaml': `clouds: {prod: {auth: {${URL}, password: x}}}` }, 'prod', /names no user/],
    ['no URL', { 'clouds.yaml': 'clouds: {prod: {auth: {password: x}}}\n' }, 'prod', /no usable auth\.auth_url/],
    [
      'a certificate that is not there',
      { 'clouds.yaml': `${CLOUDS}    cacert: no.pem\n` },
      'prod',
      /no\.pem.* does not exist/,
    ],
    ['a certificate that is none', { 'clouds.yaml': `${CLOUDS}    cacert: clouds.yaml\n` }, 'prod', /is not PEM/],
    ['a profile nobody knows', { 'clouds.yaml': 'clouds: {prod: {profile: nowhere}}\n' }, 'prod', /profile nowhere/],
    ['a client certificate', { 'clouds.yaml': `${CLOUDS}    cert: c.pem\n`, 'c.pem': PEM }, 'prod', /does not support/],
    ...['v3oidcpassword', 'v2password', 'none', 'v3totp'].map(
      (type): [string, Record<string, string>, string, RegExp] => [
        `auth_type ${type}`,
        { 'clouds.yaml': `${CLOUDS}    auth_type: ${type}\n`, 'secure.yaml': SECURE },
        'prod',
        new RegExp(`auth_type ${type} is not supported; use one of password`),
      ],
    ),
    [
      'an auth_type whose secret is missing',
      { 'clouds.yaml': `${CLOUDS}    auth_type: v3applicationcredential\n`, 'secure.yaml': SECURE },
      'prod',
      /v3applicationcredential needs auth\.application_credential_secret/,
    ],
    [
      'a passcode',
      { 'clouds.yaml': CLOUDS, 'secure.yaml': 'clouds: {prod: {auth: {password: pa55word, passcode: 123456}}}\n' },
      'prod',
      /cloud prod in .*: auth\.passcode is not supported/,
    ],
    [
      'a trust beside a project',
      { 'clouds.yaml': CLOUDS, 'secure.yaml': 'clouds: {prod: {auth: {password: pa55word, trust_id: t}}}\n' },
      'prod',
      /auth\.trust_id is a scope, and so is auth\.project_name: leave one of them out/,
    ],
    [
      'a setting nobody can read',
      { 'clouds.yaml': `${CLOUDS}    verify: maybe\n`, 'secure.yaml': SECURE },
      'prod',
      /verify/,
    ],
  ])('is refused: %s', async (_title, files, entry, message) => {
    const file = await write(files);
    await expect(readCloudsFile({ entry, file, variables: {} })).rejects.toThrow(message);
  });

  it('never repeats a line of a broken file, which may hold a password', async () => {
    const file = await write({ 'clouds.yaml': 'clouds: {prod: {auth: {password: [pa55word}}}\n' });
    const error = await readCloudsFile({ entry: 'prod', file, variables: {} }).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/not valid YAML/);
    expect(String(error)).not.toContain('pa55word');
  });
});

describe('OS_* variables', () => {
  it('become an entry', async () => {
    const variables = {
      OS_AUTH_URL: 'https://keystone.example.org/v3',
      OS_USERNAME: 'u',
      OS_PASSWORD: 'x',
      OS_TENANT_NAME: 'p',
      OS_USER_DOMAIN_NAME: 'Default',
      OS_REGION_NAME: 'R1',
      OS_CLOUD: 'ignored',
      PATH: '/bin',
    };
    expect(await readCloudVariables(variables)).toEqual({
      auth: {
        auth_url: 'https://keystone.example.org/v3',
        username: 'u',
        password: 'x',
        project_name: 'p',
        user_domain_name: 'Default',
      },
      region_name: 'R1',
    });
  });

  it('need OS_AUTH_URL', async () => {
    await expect(readCloudVariables({ OS_USERNAME: 'u' })).rejects.toThrow(/OS_AUTH_URL is not set/);
  });
});

describe('clouds.put', () => {
  const AUTH = { auth_url: 'https://keystone.example.org/v3', username: 'u', password: 'pa55word', project_name: 'p' };
  const clouds = new Clouds(new MemoryKv());

  it('takes what a worker can log in with', async () => {
    await clouds.put('prod', { cloud: { auth: AUTH, auth_type: 'password', cacert: PEM } });
    await clouds.put('trusted', { cloud: { auth: { ...AUTH, project_name: undefined, trust_id: 't' } } });
    expect((await clouds.list()).map(({ name }) => name)).toEqual(['prod', 'trusted']);
  });

  it.each([
    [
      'an auth_type that is not supported',
      { auth: AUTH, auth_type: 'v3totp' },
      /cloud x: auth_type v3totp is not supported/,
    ],
    [
      'an auth_type whose secret is missing',
      { auth: AUTH, auth_type: 'v3token' },
      /auth_type v3token needs auth\.token/,
    ],
    ['a passcode', { auth: { ...AUTH, passcode: '123456' } }, /cloud x: auth\.passcode is not supported/],
    ['two scopes', { auth: { ...AUTH, trust_id: 't' } }, /auth\.trust_id is a scope, and so is auth\.project_name/],
    ['no secret', { auth: { ...AUTH, password: undefined } }, /has no auth\.password/],
    ['a client certificate', { auth: AUTH, cert: PEM }, /client certificate \(cert\)/],
    ['a file of this machine', { auth: AUTH, cacert: '/etc/ssl/ca.pem' }, /cacert is not the text of a certificate/],
    ['a microversion that is none', { auth: AUTH, compute_default_microversion: 'new' }, /write it like 2\.79/],
  ])('refuses %s, and writes nothing', async (_title, cloud, message) => {
    const error: unknown = await clouds.put('x', { cloud }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: 'Slipway.InvalidInput', message: expect.stringMatching(message) as unknown });
    expect(String(error)).not.toMatch(/pa55word|123456/);
    expect(await clouds.has('x')).toBe(false);
  });
});

describe('slipway cloud', () => {
  /** Clouds that keep what they are given. */
  function memory() {
    const entries = new Map<string, Parameters<CloudsApi['put']>[1]>();
    const summary = (name: string) => ({
      name,
      authUrl: 'https://keystone.example.org/v3',
      project: 'p',
      settings: { serversPerRequest: 100, requestsPerSecond: 50, clusterRoles: ['member'] },
    });
    const clouds: CloudsApi = {
      put: (name, entry) => {
        entries.set(name, entry);
        return Promise.resolve(summary(name));
      },
      list: () => Promise.resolve([...entries.keys()].map(summary)),
      has: (name) => Promise.resolve(entries.has(name)),
      remove: (name) => {
        entries.delete(name);
        return Promise.resolve();
      },
    };
    return { clouds, entries };
  }
  const none = () => (async function* () {})() as never;
  const one = () =>
    (async function* () {
      yield await Promise.resolve({
        name: 'atlas',
        phase: 'Ready',
        cloud: 'prod',
        kubernetesVersion: '1.36.3',
        createdAt: '',
      });
    })();

  it('add puts credential and settings into Vault and prints nothing secret', async () => {
    const file = await write({ 'clouds.yaml': CLOUDS, 'secure.yaml': SECURE });
    const { clouds, entries } = memory();
    const args = [
      'cloud',
      'add',
      'prod',
      '--os-cloud',
      'prod',
      '--clouds-file',
      file,
      '--servers-per-request',
      '10',
      '--requests-per-second',
      '2.5',
      '--vault-address-for-machines',
      'https://vault.example.org',
      '--cluster-roles',
      'member,creator',
    ];
    const result = await runCommand(args, { clouds });
    expect(result.code).toBe(0);
    expect(entries.get('prod')).toMatchObject({
      cloud: { auth: { password: 'pa55word' } },
      settings: {
        ...{ serversPerRequest: 10, requestsPerSecond: 2.5, vaultAddressForMachines: 'https://vault.example.org' },
        clusterRoles: ['member', 'creator'],
      },
    });
    expect((await runCommand(args, { clouds })).code).toBe(2);
    const json = await runCommand([...args, '--yes', '--json'], { clouds });
    expect(json.json()).toMatchObject({ ok: true, cloud: { name: 'prod' } });
    for (const text of [result.stdout, result.stderr, json.stdout, json.stderr]) expect(text).not.toContain('pa55word');
  });

  it('add takes OS_* variables with --from-env, and nothing beside', async () => {
    const { clouds, entries } = memory();
    const variables = { OS_AUTH_URL: 'https://k.example.org', OS_TOKEN: 't' };
    expect((await runCommand(['cloud', 'add', 'prod', '--from-env'], { clouds, variables })).code).toBe(0);
    expect(entries.get('prod')?.cloud.auth.auth_url).toBe('https://k.example.org');
    expect(
      (await runCommand(['cloud', 'add', 'prod', '--from-env', '--os-cloud', 'a'], { clouds, variables })).code,
    ).toBe(2);
    expect((await runCommand(['cloud', 'add', 'prod'], { clouds })).stderr).toMatch(
      /--os-cloud ENTRY .* or --from-env/,
    );
  });

  it('remove refuses while clusters need the credential, unless forced', async () => {
    const { clouds, entries } = memory();
    entries.set('prod', { cloud: { auth: { auth_url: 'https://k.example.org' } } });
    const refused = await runCommand(['cloud', 'remove', 'prod'], { clouds, clusters: { list: one } });
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/has 1 clusters? \(atlas\)/);
    expect(entries.has('prod')).toBe(true);
    expect((await runCommand(['cloud', 'remove', 'prod', '--yes'], { clouds, clusters: { list: none } })).code).toBe(0);
    entries.set('prod', { cloud: { auth: { auth_url: 'https://k.example.org' } } });
    expect((await runCommand(['cloud', 'rm', 'prod', '--force', '--yes'], { clouds })).code).toBe(0);
    expect(entries.has('prod')).toBe(false);
  });

  it('list shows names, never credentials', async () => {
    const { clouds, entries } = memory();
    expect((await runCommand(['cloud', 'list'], { clouds })).stdout).toMatch(/There are no clouds/);
    entries.set('prod', { cloud: { auth: { auth_url: 'https://k.example.org', password: 'pa55word' } } });
    const { stdout } = await runCommand(['cloud', 'list'], { clouds });
    expect(stdout).toMatch(/prod +https:\/\/keystone\.example\.org\/v3 +p +- +100 +50/);
    expect(stdout).not.toContain('pa55word');
  });
});
