import type { Rule } from 'eslint';

export declare const openstackDoor: Rule.RuleModule;
