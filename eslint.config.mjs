import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { commentWidth } from './scripts/eslint-comment-width.mjs';
import { openstackDoor } from './scripts/eslint-openstack-door.mjs';

/**
 * The house (docs/decisions/0001): what each room may import, beside itself and packages. What is not here is not
 * allowed.
 */
const house = {
  addons: [],
  model: ['addons'],
  vault: ['model'],
  temporal: ['model', 'vault'],
  activities: ['addons', 'model', 'vault'],
  // Workflows know activities by their types only.
  workflows: ['addons', 'model', { type: 'activities', kind: 'type' }],
  service: ['model', 'vault', 'temporal'],
  workers: ['model', 'vault', 'temporal', 'service', 'workflows', 'activities'],
  'codec-server': ['model', 'vault', 'temporal', 'service'],
  client: ['model', 'vault', 'temporal'],
  local: ['model', 'vault'],
  cli: ['addons', 'model', 'vault', 'temporal', 'client', 'local'],
  'openstack-client-ts': [],
  sandbox: [],
};
const rooms = Object.keys(house);

/** What a room may import of this repository by the name of a package; anything else is another room's inside. */
const packages = {
  activities: ['openstack-client-ts'],
  workers: ['openstack-client-ts'],
  client: ['openstack-client-ts'],
  cli: ['openstack-client-ts'],
  sandbox: ['openstack-client-ts'],
  'openstack-client-ts': ['openstack-client-ts'],
};

/** Rooms whose code runs inside workflows, where Node's own modules are not there. */
const pure = ['addons', 'model', 'workflows'];

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

const allowed = ([from, to]) => ({
  from: { element: { type: from } },
  allow: [from, ...to].map((one) =>
    typeof one === 'string'
      ? { to: { element: { type: one } } }
      : { to: { element: { type: one.type } }, dependency: { kind: one.kind } },
  ),
});

const forbiddenPackages = (room) => [
  ...['openstack-client-ts', 'openstack-sandbox', 'slipway'].flatMap((name) =>
    (packages[room] ?? []).includes(name)
      ? []
      : [{ group: [name, `${name}/*`], message: `${room} must not import ${name} (docs/decisions/0001).` }],
  ),
  ...(pure.includes(room) ? [{ group: ['node:*'], message: `${room} runs inside workflows: no Node built-ins.` }] : []),
];

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
  {
    files: rooms.map((room) => `${room}/**/*.ts`),
    ignores: ['**/test/**'],
    plugins: { boundaries },
    // From the root on: `activities/addons` is no room `addons`.
    settings: { 'boundaries/elements': rooms.map((room) => ({ type: room, pattern: room, partialMatch: false })) },
    rules: {
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          message: '{{from.element.type}} must not import {{to.element.type}} (the house, docs/decisions/0001).',
          checkUnknownLocals: true,
          policies: Object.entries(house).map(allowed),
        },
      ],
    },
  },
  ...rooms.map((room) => ({
    files: [`${room}/**/*.ts`],
    ignores: ['**/test/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: forbiddenPackages(room) }] },
  })),
  {
    plugins: { 'import-x': importX },
    settings: {
      ...importX.flatConfigs.typescript.settings,
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.mjs'] })],
    },
    rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }] },
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
