import { remainingSecrets } from '../../activities/secrets/delete-secrets.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Case, caseName, faultOf } from './cases.ts';
import { breakWhatIsMade, type FaultControl } from './faults.ts';
import type { House } from './house.ts';
import type { Lane } from './lane.ts';
import { inputOf, type MatrixName, type OperationUnderTest, underTest } from './operations.ts';
import { isRead, type Place, placeholders } from './places.ts';
import { type Outcome, startOperation, type StartedOperation } from './start-operation.ts';
import type { Rule, SeenCall, Traffic } from './traffic.ts';

/** What operations leave when nothing went wrong: the kinds and names of resources and secrets, by operation. */
export type Reference = Readonly<
  Record<string, { readonly resources: readonly string[]; readonly secrets: readonly string[] }>
>;

/** One thing that was asked for in a case, and how it ended. */
interface CaseStep {
  readonly what: string;
  readonly workflowId: string;
  readonly outcome: Outcome;
}

/** How a case ended. */
export interface CaseResult {
  readonly name: string;
  readonly tested: Case;
  /** What is wrong; empty for a case that passed. */
  readonly problems: readonly string[];
  readonly seconds: number;
  readonly steps: readonly CaseStep[];
  readonly calls: readonly SeenCall[];
  readonly cluster: string;
  /** The call was not made: a wait ended before it, perhaps. */
  readonly unreached: boolean;
}

let clusters = 0;

/** Runs a case in a lane, from an empty project to an empty project. */
export async function runCase(house: House, lane: Lane, tested: Case, reference: Reference): Promise<CaseResult> {
  clusters += 1;
  const cluster = `matrix${clusters}`;
  const started = Date.now();
  const run = new CaseRun(house, lane, tested, reference, cluster);
  try {
    await run.all();
  } catch (error) {
    run.problems.push(error instanceof Error ? error.message : String(error));
  }
  await run.close();
  const { problems, steps, calls } = run;
  const seconds = (Date.now() - started) / 1000;
  return { name: caseName(tested), tested, problems, seconds, steps, calls, cluster, unreached: run.unreached };
}

class CaseRun {
  readonly problems: string[] = [];
  readonly steps: CaseStep[] = [];
  unreached = false;
  readonly #house: House;
  readonly #lane: Lane;
  readonly #tested: Case;
  readonly #reference: Reference;
  readonly #cluster: string;
  #traffic: Traffic | undefined;
  #meanwhile: { readonly operation: MatrixName; readonly started: StartedOperation } | undefined;

  constructor(house: House, lane: Lane, tested: Case, reference: Reference, cluster: string) {
    this.#house = house;
    this.#lane = lane;
    this.#tested = tested;
    this.#reference = reference;
    this.#cluster = cluster;
  }

  get calls(): readonly SeenCall[] {
    return this.#traffic?.calls ?? [];
  }

  async all(): Promise<void> {
    const traffic = await this.#house.openCloud(this.#cluster, this.#lane.project);
    this.#traffic = traffic;
    const operation = underTest(this.#tested.operation);
    for (const needed of operation.needs) await this.#mustSucceed(needed, 'first');
    await tryInVain(this.#house, this.#lane, operation, traffic);
    traffic.arm(this.#rule());
    const outcome = await this.#run(operation.name, 'with the fault');
    if (traffic.hits === 0) {
      this.unreached = true;
      this.problems.push('the call was not made');
    }
    const letIn = await this.#endOfMeanwhile();
    const again = this.#judge(outcome, traffic, letIn);
    traffic.arm(undefined);
    let last: MatrixName = letIn ?? operation.name;
    if (again) {
      await this.#mustSucceed(operation.name, 'again without the fault');
      last = operation.name;
    }
    await this.#compare(last);
    if (last !== 'deleteCluster') {
      await this.#mustSucceed('deleteCluster', 'at the end');
      await this.#compare('deleteCluster');
    }
    this.problems.push(...(await this.#lane.disturbed()));
  }

  async close(): Promise<void> {
    if (this.#traffic !== undefined) await this.#house.closeCloud(this.#traffic);
  }

  #rule(): Rule {
    const { key, occurrence, permanent } = this.#tested;
    const fault = faultOf(this.#tested.fault);
    return {
      key,
      occurrence,
      permanent,
      name: fault.name,
      act: (exchange) => fault.act(exchange, this.#control, this.#tested.operation),
    };
  }

  readonly #control: FaultControl = {
    breakDown: (kind, id, message) => this.#house.breakDown(kind, id, message),
    loseControlPlane: () => this.#lane.loseControlPlane(this.#cluster),
    disturbWorker: async (pid) => this.#lane.pool.disturb?.(pid),
    askMeanwhile: async (operation) => {
      this.#meanwhile = { operation, started: await this.#start(operation) };
      // Until it has reached the cluster; when it comes later, it meets a later moment.
      await sleep(200);
    },
  };

  /** How what was asked for meanwhile ended; the operation whose end is the cluster's state now, if it was let in. */
  async #endOfMeanwhile(): Promise<MatrixName | undefined> {
    if (this.#meanwhile === undefined) return undefined;
    const { operation, started } = this.#meanwhile;
    const outcome = await started.outcome(this.#house.pace.operationMs);
    this.steps.push({ what: `${operation} meanwhile`, workflowId: started.workflowId, outcome });
    if (outcome.outcome === 'completed') return operation;
    const { refusals = [] } = faultOf(this.#tested.fault);
    if (!refusals.includes(outcome.type))
      this.problems.push(`${operation} meanwhile failed: ${outcome.type}: ${outcome.message}`);
    return undefined;
  }

  #start(operation: MatrixName): Promise<StartedOperation> {
    const tested = underTest(operation);
    const input = inputOf(tested, this.#cluster);
    return startOperation(this.#house, this.#lane.pool, tested.runs, this.#cluster, input);
  }

  async #run(operation: MatrixName, when: string): Promise<Outcome> {
    const started = await this.#start(operation);
    const outcome = await started.outcome(this.#house.pace.operationMs);
    this.steps.push({ what: `${operation} ${when}`, workflowId: started.workflowId, outcome });
    return outcome;
  }

  async #mustSucceed(operation: MatrixName, when: string): Promise<void> {
    const outcome = await this.#run(operation, when);
    if (outcome.outcome === 'failed')
      this.problems.push(`${operation} ${when} failed: ${outcome.type}: ${outcome.message}`);
  }

  /**
   * Judges the end of the operation that met the fault; says whether it has to be run again.
   *
   * @param letIn what was asked for meanwhile, if it was not refused
   */
  #judge(outcome: Outcome, traffic: Traffic, letIn: MatrixName | undefined): boolean {
    const { permanent, operation, key } = this.#tested;
    const { expects, verdict, hasEffect, helps, mayBeRefused, refusals = [] } = faultOf(this.#tested.fault);
    const place = traffic.calls.find((call) => call.key === key)?.place;
    if (outcome.outcome === 'completed') {
      // A deletion does without what it cannot have, as long as nothing is left; that is compared afterwards.
      const found = place !== undefined && ((hasEffect === true && !isRead(place)) || helps?.(place) === true);
      const needless = place !== undefined && !lastTryMade(place, key, traffic.calls);
      if (permanent && operation !== 'deleteCluster' && !found && !needless && mayBeRefused !== true)
        this.problems.push('it succeeded although the fault was permanent');
      return false;
    }
    if (expects === 'anything') return false;
    // Of two that ask at once, one is let in: the other one, when this one was held up on its way to the cluster.
    if (letIn === operation && refusals.includes(outcome.type)) return false;
    const said = `it ended with ${outcome.type}: ${outcome.message}`;
    if (!permanent && expects === 'success') {
      this.problems.push(said);
      return true;
    }
    if (place === undefined) return true;
    const { types, words } = verdict(place);
    if (!types.includes(outcome.type)) this.problems.push(`${said}; expected ${types.join(' or ')}`);
    if (!words.test(outcome.message)) this.problems.push(`${said}; the cause (${words.source}) is not named`);
    return true;
  }

  /** What is there must be what the operation leaves without a fault. */
  async #compare(operation: MatrixName): Promise<void> {
    const expected = this.#reference[operation];
    if (expected === undefined) return;
    this.problems.push(
      ...differences(`after ${operation}`, expected.resources, await this.#lane.resources(this.#cluster)),
      ...differences(`in Vault after ${operation}`, expected.secrets, await secretsOf(this.#house, this.#cluster)),
    );
  }
}

/** Whether the last try of an activity still made the call: what was waited for may be over, or made, by then. */
function lastTryMade({ activity }: Place, key: string, calls: readonly SeenCall[]): boolean {
  const ofActivity = calls.filter((call) => call.place.activity === activity);
  const last = Math.max(...ofActivity.map(({ attempt }) => attempt));
  return ofActivity.some((call) => call.attempt === last && call.key === key);
}

/**
 * Has the operation fail as its row says, which leaves something to repair; nothing for other rows.
 *
 * @throws Error when it does not fail
 */
export async function tryInVain(house: House, lane: Lane, tested: OperationUnderTest, traffic: Traffic): Promise<void> {
  const { broken, name, runs } = tested;
  if (broken === undefined) return;
  traffic.arm({
    ...{ key: broken, occurrence: 1, permanent: true, name: 'error' },
    act: (exchange) => breakWhatIsMade(exchange, house),
  });
  const { cluster } = traffic;
  const started = await startOperation(house, lane.pool, runs, cluster, inputOf(tested, cluster));
  const { outcome } = await started.outcome(house.pace.operationMs);
  if (outcome !== 'failed') throw new Error(`${name}: ${broken} was not made, or not missed`);
  traffic.arm(undefined);
}

/** What Vault holds of a cluster, whatever its id, with placeholders. */
export async function secretsOf({ vault }: House, cluster: string): Promise<string[]> {
  const folders = await vault.kv.list('clusters');
  const ids = folders.map((name) => name.replace(/\/$/, '')).filter((id) => id.startsWith(`${cluster}-`));
  const found = await Promise.all(ids.map((id) => remainingSecrets(vault, AbortSignal.timeout(20_000), id)));
  return found
    .flat()
    .map(({ type, name }) => placeholders(`${type} ${name}`, cluster))
    .sort();
}

/** What is missing from a list and what is too much, as sentences. */
function differences(where: string, expected: readonly string[], found: readonly string[]): string[] {
  const count = (list: readonly string[], one: string) => list.filter((other) => other === one).length;
  return [...new Set([...expected, ...found])].flatMap((one) => {
    const [wanted, there] = [count(expected, one), count(found, one)];
    return wanted === there ? [] : [`${where}: ${there} × ${one} instead of ${wanted}`];
  });
}
