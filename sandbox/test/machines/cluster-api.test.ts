import { CoreV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { RawApi } from './support/api-client.ts';
import { eventually, Rig } from './support/rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

/** User-data as Cluster API's kubeadm provider writes it for a machine that joins: a template of cloud-init. */
function joining(endpoint: string, name = '{{ local_hostname }}'): string {
  const yaml = rig
    .joinYaml()
    .replace(/apiServerEndpoint: .*/u, `apiServerEndpoint: ${endpoint}:6443`)
    .replaceAll('"@SERVER_NAME@"', `'${name}'`)
    .replaceAll('@SERVER_NAME@', name)
    .replaceAll('@SERVER_ID@', '{{ instance_id }}')
    .replaceAll('@LOCAL_IPV4@', '10.0.2.1');
  const files = [
    { path: '/run/kubeadm/kubeadm-join-config.yaml', permissions: '0640', owner: 'root:root', content: yaml },
  ];
  return `## template: jinja\n#cloud-config\n\n${stringify({ write_files: files })}runcmd:\n  - kubeadm join\n`;
}

async function cluster() {
  const config = await rig.startCluster();
  const core = config.makeApiClient(CoreV1Api);
  await eventually('token', () => core.createNamespacedSecret({ namespace: 'kube-system', body: rig.tokenSecret() }));
  return { config, core };
}

describe('a machine of Cluster API’s providers', () => {
  it('joins by its own file and cloud-init’s variables, through the floating IP from inside', async () => {
    const { core } = await cluster();
    rig.cloud.addServer('w-1', '10.0.2.1', joining(rig.floatingIp));
    await rig.consoleOf('w-1', /SLIPWAY-BOOT-(OK|FAILED)/u);
    const node = await eventually('node', () => core.readNode({ name: 'w-1' }));
    expect(node.spec?.providerID).toBe('openstack:///w-1');
  });

  it.each([
    ['{{ ds.meta_data.name }}', 'w-1'],
    ["{{ ds['meta_data']['uuid'] }}", 'w-1'],
    ['{{ v1.local_hostname }}-x', 'w-1-x'],
    ['{% raw %}w{% endraw %}-1', 'w-1'],
    ['{# nothing #}w-1', 'w-1'],
  ])('is named by %s', async (template, name) => {
    const { core } = await cluster();
    rig.cloud.addServer('w-1', '10.0.2.1', joining(rig.floatingIp, template));
    await rig.consoleOf('w-1', /SLIPWAY-BOOT-(OK|FAILED)/u);
    const node = await eventually('node', () => core.readNode({ name }));
    expect(node.metadata?.name).toBe(name);
  });

  it('says what of jinja it does not know', async () => {
    rig.cloud.addServer('w-1', '10.0.2.1', '## template: jinja\n#cloud-config\n{% if x %}a: b{% endif %}\n');
    expect(await rig.consoleOf('w-1', /SLIPWAY-BOOT-FAILED/u)).toContain('do not know {% if x %} of jinja');
  });

  it('is no template without the header', async () => {
    await cluster();
    rig.cloud.addServer('w-1', '10.0.2.1', joining(rig.floatingIp).replace('## template: jinja\n', ''));
    const text = await rig.consoleOf('w-1', /login:|SLIPWAY-BOOT-FAILED/u);
    expect(text).not.toContain('node w-1 registered');
  });
});

it('the root of the API lists paths, each of which is served', async () => {
  const api = new RawApi(await rig.startCluster());
  const root = await eventually('root', () => api.call('GET', '/'));
  const paths = root.json['paths'] as string[];
  expect(paths).toEqual(expect.arrayContaining(['/api', '/api/v1', '/apis', '/apis/apps/v1', '/version', '/readyz']));
  for (const path of paths) expect([path, (await api.call('GET', path)).status]).toEqual([path, 200]);
  await api.close();
});
