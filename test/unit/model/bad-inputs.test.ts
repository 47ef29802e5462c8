import { describe, expect, it } from 'vitest';
import { clusterSpecSchema, deleteClusterSchema, describeIssues, parseInput } from '../../../model/index.ts';
import { operationSchema } from '../../../client/json-schemas.ts';
import { specFields } from '../../../cli/reference/spec-table.ts';
import { badInputs } from '../../support/bad-inputs.ts';

describe('a specification that does not fit', () => {
  it.each(badInputs)('$title', ({ input, path, reason }) => {
    const parsed = parseInput(clusterSpecSchema, input);
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    const found = parsed.issues.filter((issue) => issue.path === path);
    expect(found, describeIssues(parsed.issues)).not.toEqual([]);
    expect(found.map((issue) => issue.reason).join('; ')).toMatch(reason);
  });

  it('names every wrong field at once, not only the first', () => {
    const parsed = parseInput(clusterSpecSchema, {
      name: 1,
      cloud: 2,
      network: 3,
      nodeGroups: [{ name: 'a', count: -1 }],
    });
    expect(parsed.ok ? [] : parsed.issues.map(({ path }) => path)).toEqual([
      'name',
      'cloud',
      'network',
      'nodeGroups[0].count',
    ]);
  });

  it('has a case for every field of the schema', () => {
    const paths = badInputs.map(({ path }) => path.replaceAll(/\[\d+\]/g, '[]'));
    const missing = specFields(operationSchema('createCluster'))
      .map(({ path }) => path)
      .filter(
        (path) =>
          !paths.some(
            (covered) => covered === path || covered.startsWith(`${path}.`) || covered.startsWith(`${path}[]`),
          ),
      );
    // A group of machines has the fields of the control plane; they are one schema.
    const shared = /^nodeGroups\[\]\.(flavor|image|rootVolume|serverGroupPolicy|securityGroups)/;
    expect(missing.filter((path) => !shared.test(path))).toEqual([]);
  });
});

describe('the input of deleteCluster', () => {
  it.each([
    ['no name', {}, 'name', /is required/],
    ['an empty name', { name: '' }, 'name', /at least 1 character/],
    ['a long name', { name: 'a'.repeat(29) }, 'name', /at most 28/],
    ['an unknown field', { name: 'a', force: true }, 'force', /unknown field/],
    ['abandon as text', { name: 'a', abandon: 'yes' }, 'abandon', /true or false/],
  ] as const)('%s', (_title, input, path, reason) => {
    const parsed = parseInput(deleteClusterSchema, input);
    const issues = parsed.ok ? [] : parsed.issues;
    expect(issues.map((issue) => issue.path)).toEqual([path]);
    expect(issues[0]?.reason).toMatch(reason);
  });
});
