import { describe, expect, it } from 'vitest';
import type { OperationHandle } from '../../../client/operation-handle.ts';
import { accessSchema, clusterSpecSchema } from '../../../model/index.ts';
import { runCommand } from './support/run-command.ts';
import { description } from './support/samples.ts';

const ISSUER = { issuer: { url: 'https://sso.example.org', audiences: ['kubernetes'] } };
const authentication = { oidc: [ISSUER] };
const access = [{ role: 'view', groups: ['oidc:all'], users: ['oidc:alice'] }];
const spec = clusterSpecSchema.parse({ name: 'atlas', cloud: 'sandbox', kubernetes: { authentication }, access });

/** A cluster with an issuer and a role, and what is asked of it. */
function living() {
  const asked: unknown[] = [];
  const handle: OperationHandle<'applyAccess'> = {
    ...{ operation: 'applyAccess', name: 'atlas', workflowId: 'w' },
    result: () => Promise.resolve({ name: 'atlas', id: 'atlas-k3f7x2', bindings: 1, changed: 1, removed: 0 }),
  };
  return {
    asked,
    describe: () => Promise.resolve({ description: description({ spec }) }),
    applyAccess: (input: unknown) => {
      asked.push(input);
      return Promise.resolve(handle);
    },
  };
}

const apply = (stdin: string, ...more: string[]) => {
  const clusters = living();
  return { clusters, ran: runCommand(['access', 'apply', 'atlas', '-f', '-', ...more], { clusters, stdin }) };
};
const json = (value: unknown): string => JSON.stringify(value);

describe('slipway access apply', () => {
  it('takes a specification, and says what new issuers need', async () => {
    const other = { ...ISSUER, issuer: { ...ISSUER.issuer, audiences: ['other'] } };
    const file = { name: 'atlas', cloud: 'sandbox', access, kubernetes: { authentication: { oidc: [other] } } };
    const { clusters, ran } = apply(json(file));
    const { code, stdout, stderr } = await ran;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/1 bindings, 1 changed, 0 removed/)]);
    expect(stderr).toMatch(/slipway replace-control-plane atlas/);
    expect(clusters.asked).toMatchObject([{ name: 'atlas', access, authentication: { oidc: [other] } }]);
  });

  it('takes a list, which leaves open who the users are', async () => {
    const { clusters, ran } = apply(json([...access, { role: 'edit', namespace: 'web', groups: ['oidc:web'] }]));
    const { code, stderr } = await ran;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/replace-control-plane/);
    expect(clusters.asked).toEqual([
      {
        name: 'atlas',
        access: accessSchema.parse([...access, { role: 'edit', namespace: 'web', groups: ['oidc:web'] }]),
      },
    ]);
  });

  it.each([
    [
      'a role that goes',
      [{ role: 'view', groups: ['oidc:all'] }],
      /takes away in atlas-k3f7x2: view from user oidc:al/,
    ],
    ['an issuer that goes', { access }, /locks out of atlas-k3f7x2 who comes from https:\/\/sso\.example\.org/],
  ])('does nothing without an answer: %s', async (_, file, words) => {
    const { clusters, ran } = apply(json(file));
    expect(await ran).toMatchObject({ code: 2, stderr: expect.stringMatching(words) as string });
    expect(clusters.asked).toEqual([]);
    const confirmed = apply(json(file), '--yes');
    expect((await confirmed.ran).code).toBe(0);
    expect(confirmed.clusters.asked).toHaveLength(1);
  });

  it.each([
    ['a mistyped field', { acces: [] }, /access: is required/],
    [
      'a group of Kubernetes',
      [{ role: 'view', groups: ['system:masters'] }],
      /access\[0\]\.groups\[0\]: must not begin/,
    ],
    [
      'a prefix that leads there',
      {
        access,
        kubernetes: { authentication: { oidc: [{ ...ISSUER, claimMappings: { username: { prefix: '' } } }] } },
      },
      /oidc\[0\]\.claimMappings\.username\.prefix: must be such that no name/,
    ],
  ])('refuses %s', async (_, file, words) => {
    const { clusters, ran } = apply(json(file), '--yes');
    expect(await ran).toMatchObject({ code: 2, stderr: expect.stringMatching(words) as string });
    expect(clusters.asked).toEqual([]);
  });
});

describe('slipway describe', () => {
  it('shows from where users come, and what they may do', async () => {
    const { stdout } = await runCommand(['describe', 'atlas'], { clusters: living() });
    expect(stdout).toMatch(/Users from +https:\/\/sso\.example\.org/);
    expect(stdout).toMatch(/ROLE +NAMESPACE +GROUPS +USERS\nview +all +oidc:all +oidc:alice/);
  });
});
