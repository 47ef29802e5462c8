import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { commentWidth } from './scripts/eslint-comment-width.mjs';
import { openstackDoor } from './scripts/eslint-openstack-door.mjs';

/**
 * The import directions of the house (docs/decisions/0001): model <- vault <- temporal; workflows -> model; activities
 * -> model, vault, openstack-client-ts; workers -> all of these; client -> model, vault, temporal, openstack-client-ts
 * (to read clouds.yaml). Nobody imports workers or sandbox but tests.
 */
const directions = {
  model: [
    'vault',
    'temporal',
    'workflows',
    'activities',
    'workers',
    'client',
    'openstack-client-ts',
    'sandbox',
    'test',
    'node',
  ],
  vault: ['temporal', 'workflows', 'activities', 'workers', 'client', 'openstack-client-ts', 'sandbox', 'test'],
  temporal: ['workflows', 'activities', 'workers', 'client', 'openstack-client-ts', 'sandbox', 'test'],
  workflows: ['vault', 'temporal', 'workers', 'client', 'openstack-client-ts', 'sandbox', 'test', 'node'],
  activities: ['temporal', 'workflows', 'workers', 'client', 'sandbox', 'test'],
  workers: ['client', 'sandbox', 'test'],
  client: ['workflows', 'activities', 'workers', 'sandbox', 'test'],
  'openstack-client-ts': ['model', 'vault', 'temporal', 'workflows', 'activities', 'workers', 'client', 'sandbox'],
  sandbox: ['model', 'vault', 'temporal', 'workflows', 'activities', 'workers', 'client'],
};
const workspaces = { 'openstack-client-ts': 'openstack-client-ts', sandbox: 'openstack-sandbox' };

/** What the code of no folder may hold. */
const forbiddenSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'No default exports: names are found by search.' },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Environment variables are read in configuration files only.',
  },
  {
    selector:
      "CallExpression[callee.object.name='AbortSignal'][callee.property.name='any'] CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
    message: 'Node may forget this time-out: use timeLimit (nodejs/node#57736).',
  },
];

const forbid = (from, to) => {
  const message = `${from} must not import ${to} (see the import directions in docs/decisions).`;
  if (to === 'node') return { group: ['node:*'], message: `${from} runs inside workflows: no Node built-ins.` };
  return { group: [`**/${to}/**`, `${to}/**`, workspaces[to] ?? `slipway/${to}`], message };
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**', '**/*.mjs', '**/*.js'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { slipway: { rules: { 'comment-width': commentWidth, 'openstack-door': openstackDoor } } },
    rules: {
      'slipway/comment-width': 'error',
      // The Kubernetes client's models are classes that are meant as interfaces.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': ['error', ...forbiddenSyntax],
    },
  },
  ...Object.entries(directions).map(([from, forbidden]) => ({
    files: [`${from}/**/*.ts`],
    ignores: ['**/test/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: forbidden.map((to) => forbid(from, to)) }] },
  })),
  {
    // Workflows know activities by their types only.
    files: ['workflows/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['**/activities/**'], allowTypeImports: true, message: 'Import activities as types only.' },
          ],
        },
      ],
    },
  },
  {
    // The cluster's workflow decides by declarations (docs/decisions/0017).
    files: ['workflows/cluster/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Literal[value=/^(create|delete|resize|replace|upgrade)[A-Z]\\w+$/]',
          message: 'The cluster’s workflow names no operation: what it has to know stands in the declaration.',
        },
        // The same rule once more takes the place of the one above.
        ...forbiddenSyntax,
      ],
    },
  },
  {
    files: ['activities/**/*.ts'],
    ignores: ['activities/cloud/own*.ts'],
    rules: { 'slipway/openstack-door': 'error' },
  },
  {
    // The places where configuration is read, and the tools' own configuration files.
    files: ['**/config.ts', '**/configuration.ts', '**/*.config.ts', '**/test/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
