import type { TSESLint } from '@typescript-eslint/utils';

export declare const openstackDoor: TSESLint.RuleModule<'door'>;
