import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { cloudOptions, type CloudSource, connect, loadCloud } from 'openstack-client-ts';
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
    await write('work/ca.pem', 'CA');
    await write('home/client.pem', 'CERT');
    await write('home/client.key', 'KEY');
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
    compute_default_microversion: 2.9
`,
    );
    expect(await load({ cloud: 'mine' })).toEqual({
      auth: { auth_url: 'http://x', application_credential_id: '42', application_credential_secret: 's' },
      region: 'r1',
      interface: 'admin',
      tls: { ca: 'CA', cert: 'CERT', key: 'KEY', verify: false },
      timeoutMs: 12_500,
      endpointOverrides: { volume: 'http://cinder' },
      microversions: { compute: '2.9' },
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
    ['an unknown interface', 'clouds: {mine: {interface: private}}', /use public, internal or admin/],
    ['a field of the wrong type', 'clouds: {mine: {auth: {auth_url: [1]}}}', /auth\.auth_url: expected string/],
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
