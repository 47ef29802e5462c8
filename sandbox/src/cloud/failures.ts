import { uuid } from './store/ids.ts';

/** Which kinds of resource can be made to fail. */
export const failureKinds = ['server', 'loadbalancer', 'volume'] as const;
export type FailureKind = (typeof failureKinds)[number];

/** "The next creations of this kind whose name matches end in ERROR." */
export interface FailureRule {
  readonly id: string;
  readonly kind: FailureKind;
  /** Regular expression on the name. */
  readonly namePattern: string;
  /** How many creations are still to fail. */
  remaining: number;
  /** What Nova's fault says; other services have no place for it. */
  readonly message: string;
}

/** The faults that were ordered through the admin API. */
export class Failures {
  #rules: FailureRule[] = [];

  add(rule: Omit<FailureRule, 'id'>): FailureRule {
    const added = { ...rule, id: uuid() };
    this.#rules.push(added);
    return added;
  }

  /** The message with which this creation has to fail, if it has to; uses up one of the rule's failures. */
  take(kind: FailureKind, name: string): string | undefined {
    const rule = this.#rules.find((one) => one.kind === kind && new RegExp(one.namePattern).test(name));
    if (!rule) return undefined;
    rule.remaining -= 1;
    if (rule.remaining <= 0) this.#rules = this.#rules.filter((one) => one !== rule);
    return rule.message;
  }

  list(): readonly FailureRule[] {
    return this.#rules;
  }

  clear(): void {
    this.#rules = [];
  }
}
