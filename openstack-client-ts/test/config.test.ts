import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkCredential, cloudOptions, type CloudSource, connect, loadCloud, readCloud } from 'openstack-client-ts';
import { fakeCloud, PASSWORD, thrownBy } from './support/fake-cloud.ts';

interface Room {
  home: string;
  cwd: string;
  /** Writes a file below the room and returns its path. */
  write: (path: string, content: string) => Promise<string>;
  load: (source?: CloudSource) => ReturnType<typeof loadCloud>;
}

/** A home and a current folder of one's own; nothing of the machine is looked at but /etc/openstack. */
const room = async (env: Record<string, string> = {}): Promise<Room> => {
  const root = await mkdtemp(join(tmpdir(), 'openstack-client-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const home = join(root, 'home');
  const cwd = join(root, 'work');
  await mkdir(home);
  await mkdir(cwd);
  return {
    home,
    cwd,
    write: async (path, content) => {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      return file;
    },
    load: (source = {}) => loadCloud({ env: { HOME: home, ...env }, cwd, ...source }),
  };
};

/** What counts as PEM: a file of comments and blocks. */
const pem = (name: string): string => `# ${name}\n-----BEGIN ${name}-----\nMA==\n-----END ${name}-----\n`;

const clouds = (url: string, name = 'mine'): string =>
  `clouds:\n  ${name}:\n    auth: {auth_url: "${url}", username: demo, password: pw-of-${name}, project_name: web}\n`;

describe('the search for clouds.yaml', () => {
  test('goes from OS_CLIENT_CONFIG_FILE to ./ to ~/.config/openstack', async () => {
    const { write, load, home, cwd } = await room();
    await write('home/.config/openstack/clouds.yaml', clouds('http://home'));
    expect((await load({ cloud: 'mine' })).auth.auth_url).toBe('http://home');
    await write('work/clouds.yaml', clouds('http://work'));
    expect((await load({ cloud: 'mine' })).auth.auth_url).toBe('http://work');
    const named = await write('elsewhere/c.yaml', clouds('http://named'));
    const env = { HOME: home, OS_CLIENT_CONFIG_FILE: named };
    expect((await loadCloud({ cloud: 'mine', env, cwd })).auth.auth_url).toBe('http://named');
    const given = await write('elsewhere/d.yaml', clouds('http://given'));
    expect((await loadCloud({ cloud: 'mine', cloudsFile: given, env, cwd })).auth.auth_url).toBe('http://given');
  });

  test('takes XDG_CONFIG_HOME, .yml and .json', async () => {
    const { write, home, cwd } = await room();
    const file = await write('xdg/openstack/clouds.yml', clouds('http://xdg'));
    const env = { HOME: home, XDG_CONFIG_HOME: dirname(dirname(file)) };
    expect((await loadCloud({ cloud: 'mine', env, cwd })).auth.auth_url).toBe('http://xdg');
    await write('work/clouds.json', JSON.stringify({ clouds: { mine: { auth: { auth_url: 'http://json' } } } }));
    expect((await loadCloud({ cloud: 'mine', env, cwd })).auth.auth_url).toBe('http://json');
  });

  test('reads the first only: files are not merged', async () => {
    const { write, load } = await room();
    await write('work/clouds.yaml', clouds('http://work', 'here'));
    await write('home/.config/openstack/clouds.yaml', clouds('http://home', 'there'));
    const error = await thrownBy(load({ cloud: 'there' }));
    expect(error).toMatchObject({ kind: 'Configuration' });
    expect(error.message).toMatch(/no cloud there in .*work\/clouds\.yaml; it has: here/);
  });
});

describe('the name of the cloud', () => {
  const two = clouds('http://a', 'a') + clouds('http://b', 'b').replace('clouds:\n', '');

  test.each<[string, Record<string, string>, CloudSource, string]>([
    ['is what is asked for', { OS_CLOUD: 'b', OS_AUTH_URL: 'http://env' }, { cloud: 'a' }, 'http://a'],
    ['else OS_CLOUD', { OS_CLOUD: 'b', OS_AUTH_URL: 'http://env' }, {}, 'http://b'],
    ['else the environment is the cloud', { OS_AUTH_URL: 'http://env' }, {}, 'http://env'],
  ])('%s', async (_name, env, source, url) => {
    const { write, load } = await room(env);
    await write('work/clouds.yaml', two);
    expect((await load(source)).auth.auth_url).toBe(url);
  });

  test('may be left out where there is one only', async () => {
    const { write, load } = await room();
    await write('work/clouds.yaml', clouds('http://only', 'only'));
    expect((await load()).auth.auth_url).toBe('http://only');
    await write('work/clouds.yaml', two);
    await expect(load()).rejects.toThrow(/No cloud is named \(there are a, b in/);
  });

  test('missing with nothing described: the message names the places', async () => {
    const { load, home } = await room();
    await expect(load()).rejects.toThrow(join(home, '.config/openstack'));
  });
});

test('OS_* variables make a whole cloud', async () => {
  const { load } = await room({
    OS_AUTH_URL: 'http://env/v3',
    OS_USERNAME: 'demo',
    OS_PASSWORD: '0123456',
    OS_TENANT_NAME: 'web',
    OS_USER_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'two',
    OS_INTERFACE: 'internal',
    OS_COMPUTE_ENDPOINT_OVERRIDE: 'http://nova',
    OS_INSECURE: 'true',
  });
  const options = await load();
  expect(options.auth).toMatchObject({
    username: 'demo',
    password: '0123456',
    project_name: 'web',
    user_domain_name: 'Default',
  });
  expect(options).toMatchObject({ region: 'two', interface: 'internal', tls: { verify: false } });
  expect(options.endpointOverrides).toMatchObject({ compute: 'http://nova' });
});

describe('an entry', () => {
  test('gets its secrets from secure.yaml and its rest from the profile', async () => {
    const { write, load } = await room();
    await write(
      'work/clouds.yaml',
      'clouds: {mine: {profile: vendor, auth: {username: demo, password: old}, region_name: r2}}',
    );
    await write('home/.config/openstack/secure.yaml', 'clouds: {mine: {auth: {password: from-secure}}}');
    await write(
      'work/clouds-public.yaml',
      'public-clouds: {vendor: {auth: {auth_url: "http://vendor"}, region_name: r1, interface: internal}}',
    );
    const options = await load({ cloud: 'mine' });
    expect(options.auth).toMatchObject({ auth_url: 'http://vendor', username: 'demo', password: 'from-secure' });
    expect(options).toMatchObject({ region: 'r2', interface: 'internal' });
  });

  test('says everything a client can be told', async () => {
    const { write, load } = await room();
    await write('work/ca.pem', pem('CA'));
    await write('home/client.pem', pem('CERT'));
    await write('home/client.key', pem('KEY'));
    await write(
      'work/clouds.yaml',
      `clouds:
  mine:
    auth_type: v3applicationcredential
    auth: {auth_url: "http://x", application_credential_id: 42, application_credential_secret: s}
    regions: [{name: r1}, r2]
    endpoint_type: adminURL
    cacert: ca.pem
    cert: ~/client.pem
    key: ~/client.key
    verify: "false"
    api_timeout: 12.5
    volume_endpoint_override: "http://cinder"
    compute_default_microversion: 2.90
`,
    );
    expect(await load({ cloud: 'mine' })).toEqual({
      auth: { auth_url: 'http://x', application_credential_id: '42', application_credential_secret: 's' },
      region: 'r1',
      interface: 'admin',
      tls: { ca: pem('CA'), cert: pem('CERT'), key: pem('KEY'), verify: false },
      timeoutMs: 12_500,
      proxy: { noProxy: [] },
      endpointOverrides: { volume: 'http://cinder' },
      microversions: { compute: '2.90' },
    });
  });

  test('may be given itself, with PEM in the place of files', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
    const entry = { auth: { auth_url: 'http://x', username: 'demo', password: PASSWORD }, cacert: pem };
    expect(await cloudOptions(entry, 'cloud mine')).toMatchObject({ auth: { username: 'demo' }, tls: { ca: pem } });
    await expect(cloudOptions({ ...entry, verify: 7 }, 'cloud mine')).rejects.toThrow(/cloud mine: verify/);
  });

  test.each([
    ['YAML that is none', 'clouds: {mine: {auth: {password: pw-secret', /not valid YAML/],
    ['a list', '- 1', /not a mapping/],
    ['an unknown auth_type', 'clouds: {mine: {auth_type: v3kerberos}}', /v3kerberos is not supported; use one of/],
    [
      'a passcode',
      'clouds: {mine: {auth: {username: u, password: pw-secret, passcode: 123456}}}',
      /auth\.passcode is not supported: .* use an application credential/,
    ],
    [
      'a passcode beside auth_type password',
      'clouds: {mine: {auth_type: v3password, auth: {username: u, password: pw-secret, passcode: 123456}}}',
      /auth\.passcode is not supported/,
    ],
    [
      'a login by an identity provider',
      'clouds: {mine: {auth: {username: u, password: pw-secret, identity_provider: idp, protocol: openid}}}',
      /auth\.identity_provider, auth\.protocol is of a login that is not supported; .*auth_type: password, /,
    ],
    ['an unknown interface', 'clouds: {mine: {interface: private}}', /use public, internal or admin/],
    ['a field of the wrong type', 'clouds: {mine: {auth: {auth_url: [1]}}}', /auth\.auth_url: expected string/],
    [
      'a secret that its auth_type does not use',
      'clouds: {mine: {auth_type: token, auth: {password: pw-secret}}}',
      /auth_type token needs auth\.token/,
    ],
    [
      'a profile nobody knows',
      'clouds: {mine: {profile: nowhere}}',
      /profile nowhere, which no clouds-public\.yaml has/,
    ],
    ['a certificate that is none', 'clouds: {mine: {cacert: clouds.yaml}}', /cacert .*clouds\.yaml is not PEM/],
    [
      'a microversion that is none',
      'clouds: {mine: {compute_default_microversion: newest}}',
      /compute_default_microversion is newest/,
    ],
    ['a file that is not there', 'clouds: {mine: {cacert: nowhere.pem}}', /nowhere\.pem does not exist/],
  ])('with %s is refused with a reason, and without its secrets', async (_name, content, words) => {
    const { write, load } = await room();
    await write('work/clouds.yaml', content);
    const error = await thrownBy(load({ cloud: 'mine' }));
    expect(error).toMatchObject({ kind: 'Configuration' });
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain('pw-secret');
  });
});

describe('a plain scalar', () => {
  test.each([
    ...[
      '20250917',
      '00420',
      '0o17',
      '0x10',
      '1e5',
      '1E400',
      '123456789012345678901234567890',
      '1_000',
      '-7',
      '+7',
      '2.50',
    ],
    ...['yes', 'no', 'on', 'True', 'false', '.inf', '.nan', '2025-09-17', '12:30:45', 'nullable', 'üñí'],
  ])('%s is what was written', async (written) => {
    const { write, load } = await room();
    const entry = `{auth_url: "http://x", username: ${written}, password: ${written}, project_id: ${written}}`;
    await write('work/clouds.yaml', `clouds:\n  ${written}: {auth: ${entry}, region_name: ${written}}\n`);
    const options = await load({ cloud: written });
    expect(options.auth).toMatchObject({ username: written, password: written, project_id: written });
    expect(options.region).toBe(written);
  });

  test('of JSON is, too', async () => {
    const { write, load } = await room();
    await write(
      'work/clouds.json',
      '{"clouds": {"mine": {"auth": {"password": 1E5, "username": 12345678901234567890}}}}',
    );
    expect((await load()).auth).toMatchObject({ password: '1E5', username: '12345678901234567890' });
  });

  test.each(['', '~', 'null', '""'])('%j is nothing: not a name, not a file', async (empty) => {
    const { write, load } = await room();
    const auth = `\n      auth_url: http://x\n      password: ${empty}\n      project_id: ${empty}\n`;
    const rest = ['cacert', 'cert', 'key', 'region_name', 'auth_type'].map((key) => `    ${key}: ${empty}\n`).join('');
    await write('work/clouds.yaml', `clouds:\n  mine:\n    auth:${auth}${rest}`);
    const options = await load();
    expect(options.auth).toEqual({ auth_url: 'http://x' });
    expect(options).toMatchObject({ region: undefined, tls: { ca: undefined, cert: undefined, key: undefined } });
  });

  test('of secure.yaml that is nothing takes back what lies below', async () => {
    const { write, load } = await room();
    await write('work/clouds.yaml', `${clouds('http://x')}    region_name: one\n`);
    await write('work/secure.yaml', 'clouds: {mine: {region_name: null}}');
    expect((await load()).region).toBeUndefined();
  });

  test('may be shared by a merge key, as PyYAML has it', async () => {
    const { write, load } = await room();
    await write(
      'work/clouds.yaml',
      'base: &base {auth_url: "http://x", username: 007}\nclouds: {mine: {auth: {<<: *base, password: 1}}}',
    );
    expect((await load()).auth).toEqual({ auth_url: 'http://x', username: '007', password: '1' });
  });

  test('is kept by an entry at hand where digits can still be known, and refused where not', async () => {
    const entry = (password: unknown) => cloudOptions({ auth: { auth_url: 'http://x', password } }, 'cloud mine');
    expect((await entry(20250917)).auth.password).toBe('20250917');
    for (const lost of [1e21, 2.5]) await expect(entry(lost)).rejects.toThrow(/auth\.password: .*put it in quotes/);
    for (const wrong of [true, ['x'], {}])
      await expect(entry(wrong)).rejects.toThrow(/auth\.password: .*expected string/);
  });
});

describe('auth_type', () => {
  const both = { auth_url: 'http://x', username: 'u', password: 'p', token: 't', application_credential_id: 'i' };
  const auth = { ...both, application_credential_secret: 's' };
  test.each<[string, Record<string, string>]>([
    ['password', { auth_url: 'http://x', username: 'u', password: 'p' }],
    ['v3token', { auth_url: 'http://x', username: 'u', token: 't' }],
    [
      'v3applicationcredential',
      { auth_url: 'http://x', username: 'u', application_credential_id: 'i', application_credential_secret: 's' },
    ],
  ])('%s decides between secrets', async (auth_type, left) => {
    expect((await cloudOptions({ auth_type, auth }, 'cloud mine')).auth).toEqual(left);
  });
});

test('what a profile has for another login does not matter to the auth_type that is said', async () => {
  const auth = { auth_url: 'http://x', identity_provider: 'idp', passcode: '1', application_credential_id: 'i' };
  const entry = { auth_type: 'v3applicationcredential', auth: { ...auth, application_credential_secret: 's' } };
  expect((await cloudOptions(entry, 'cloud mine')).auth).toMatchObject({ application_credential_id: 'i' });
});

test('OS_TRUST_ID and OS_PASSCODE are of the login', async () => {
  const env = { OS_AUTH_URL: 'http://x', OS_USERNAME: 'u', OS_PASSWORD: 'p' };
  expect((await loadCloud({ env: { ...env, OS_TRUST_ID: 't' } })).auth).toMatchObject({ trust_id: 't' });
  await expect(loadCloud({ env: { ...env, OS_PASSCODE: '123456' } })).rejects.toThrow(
    /auth\.passcode is not supported/,
  );
});

test('a description is complete: it can be kept elsewhere, and read again', async () => {
  const { write, home, cwd } = await room();
  const file = await write(
    'etc/clouds.yaml',
    'clouds: {mine: {profile: vendor, auth: {password: 007}, cacert: ca.pem, verify: no}}',
  );
  await write('etc/clouds-public.yaml', 'public-clouds: {vendor: {auth: {auth_url: "http://vendor", username: demo}}}');
  await write('etc/secure.yaml', 'clouds: {mine: {auth: {username: "yes"}}}');
  await write('etc/ca.pem', pem('CA'));
  const { entry, label } = await readCloud({ cloud: 'mine', cloudsFile: file, env: { HOME: home }, cwd });
  expect(entry).toEqual({
    auth: { auth_url: 'http://vendor', username: 'yes', password: '007' },
    cacert: pem('CA'),
    verify: 'no',
  });
  expect(label).toBe(`cloud mine in ${file}`);
  const options = await cloudOptions(JSON.parse(JSON.stringify(entry)) as typeof entry, label);
  expect(options).toMatchObject({ auth: entry['auth'], tls: { ca: pem('CA'), verify: false } });
});

test('a credential can be checked without asking the cloud', async () => {
  const { auth } = await cloudOptions({ auth: { auth_url: 'http://x', password: 7 } }, 'cloud mine');
  expect(() => checkCredential(auth)).toThrow(/names no user/);
  expect(() => checkCredential({ ...auth, user_id: 'u' })).not.toThrow();
});

test('connect reads the file, takes a token, and lets options win over the file', async () => {
  const cloud = await fakeCloud({
    'GET /networking/v2.0/networks': { json: { networks: [{ id: 'n', name: 'net' }] } },
  });
  const { write } = await room();
  const file = await write('work/clouds.yaml', clouds(`${cloud.url}/identity/v3`));
  const client = await connect({ cloud: 'mine', cloudsFile: file, env: {}, userAgent: 'slip/1' });
  onTestFinished(() => client.close());
  expect(cloud.seen).toHaveLength(1);
  expect(cloud.seen[0]?.body).toContain('pw-of-mine');
  expect(await client.network.networks.list()).toHaveLength(1);
  expect(cloud.seen.at(-1)?.headers['user-agent']).toBe('slip/1 openstack-client-ts');
});

test('connect fails at once on a wrong credential', async () => {
  const cloud = await fakeCloud({ 'POST /identity/v3/auth/tokens': { status: 401 } });
  const auth = { auth_url: `${cloud.url}/identity/v3`, username: 'demo', password: PASSWORD };
  await expect(connect({ auth })).rejects.toMatchObject({ kind: 'Unauthorized' });
});
