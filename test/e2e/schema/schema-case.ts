import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterSpec, clusterSpecSchema, parseInput } from '../../../model/index.ts';
import { secondsSince } from '../../support/json-command.ts';
import { Consumers } from './consumers.ts';
import { type Candidate, corpus, refusal } from './corpus.ts';
import { fieldChanges } from './field-values.ts';
import { flagChanges } from './flag-values.ts';
import { checkTokens } from './token-check.ts';
import { userChanges } from './user-values.ts';

/** What comparing the schema with the programs behind it gave. */
export interface SchemaResult {
  readonly ok: boolean;
  readonly specs: number;
  readonly accepted: number;
  readonly weAcceptTheyRefuse: number;
  /**
   * Refused by Slipway, but not by kubeadm and the kubelets: because it cannot work. Specifications in which only the
   * API server's flags, audit policy and users were changed are not counted: neither program looks at those.
   */
  readonly weRefuseTheyAccept: number;
  /** Requests and changes with tokens of an issuer, at a real API server. */
  readonly tokenQuestions: number;
  readonly programsStarted: number;
  readonly seed: number;
  readonly seconds: number;
}

interface Options {
  /** Folder of kubeadm, kubelet and kube-apiserver of the machines' image. */
  readonly programs: string;
  readonly specs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

/**
 * Asks the schema and the programs that read what Slipway makes of a specification about every specification of a
 * corpus. A specification that is accepted and makes one of them stop is a fault of the schema.
 */
export async function runSchemaCase({ programs, specs, seed, signal, tell }: Options): Promise<SchemaResult> {
  const started = Date.now();
  const temporary = await mkdtemp(join(tmpdir(), 'slipway-schema-'));
  const consumers = await Consumers.open(programs, temporary, signal);
  try {
    const version = await consumers.version();
    const tokens = await checkTokens(consumers, programs, join(temporary, 'tokens'), signal);
    for (const text of tokens.wrong) tell(`WRONG, at a real API server: ${text}`);
    const changes = [...fieldChanges(), ...userChanges(), ...flagChanges(await consumers.apiServerFlags())];
    const candidates = corpus(changes, specs, seed);
    tell(`${candidates.length} specifications, against Kubernetes ${version}`);
    const wrong: string[] = [];
    let [accepted, stricter, done] = [0, 0, 0];
    await inParallel(candidates, availableParallelism() * 4, async (candidate) => {
      const ours = refusal(candidate.spec);
      if (ours === undefined) {
        accepted++;
        const theirs = await objection(consumers, candidate.spec, version);
        if (theirs !== undefined) wrong.push(`${title(candidate)}\n    ${theirs}`);
      } else if (!readByApiServerOnly(candidate) && (await firstObjection(consumers, candidate.spec)) === undefined)
        stricter++;
      if (++done % 250 === 0) tell(`${done} of ${candidates.length}, ${secondsSince(started)} s`);
    });
    for (const text of wrong) tell(`ACCEPTED, but refused by its reader: ${text}`);
    return {
      ok: wrong.length === 0 && tokens.wrong.length === 0,
      specs: candidates.length,
      accepted,
      weAcceptTheyRefuse: wrong.length,
      weRefuseTheyAccept: stricter,
      tokenQuestions: tokens.questions,
      programsStarted: consumers.started,
      seed,
      seconds: secondsSince(started),
    };
  } finally {
    await consumers.close();
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Fields that only kube-apiserver looks at. */
const API_SERVER_ONLY = new Set([
  'kubernetes.apiServer.extraArgs',
  'kubernetes.auditPolicy',
  'kubernetes.authentication',
]);

const readByApiServerOnly = ({ changes }: Candidate): boolean =>
  changes.every(({ field }) => API_SERVER_ONLY.has(field));

/** What any program has against a specification that Slipway accepts. */
async function objection(consumers: Consumers, input: ClusterSpec, version: string): Promise<string | undefined> {
  const parsed = parseInput(clusterSpecSchema, input);
  if (!parsed.ok) throw new Error('an accepted specification is refused');
  const spec = readableBy(version, parsed.value);
  return (
    (await firstObjection(consumers, spec)) ??
    named('kubeadm certificates', await consumers.certificates(spec)) ??
    named('kube-apiserver', await consumers.apiServer(spec))
  );
}

/** What the programs have against a specification that need no certificates and no API server's start. */
const firstObjection = async (consumers: Consumers, spec: ClusterSpec): Promise<string | undefined> =>
  named('kubeadm', await consumers.kubeadm(spec)) ?? named('kubelet', await consumers.kubelet(spec));

const named = (program: string, text: string | undefined) => (text === undefined ? undefined : `${program}: ${text}`);

/**
 * The machines of a version have that version's programs: those of another minor version are not here, so it stands in.
 */
function readableBy(version: string, spec: ClusterSpec): ClusterSpec {
  const minor = version.replace(/\d+$/, '');
  if (spec.kubernetes.version.startsWith(minor)) return spec;
  return { ...spec, kubernetes: { ...spec.kubernetes, version } };
}

const title = ({ changes }: Candidate): string =>
  changes.map(({ field, value }) => `${field} = ${JSON.stringify(value).slice(0, 200)}`).join(', ');

/** Works on all items; the first failure stops the others and is thrown when they have ended. */
async function inParallel<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (const item of queue) {
        await work(item).catch((error: unknown) => void failures.push(error));
        if (failures.length > 0) return;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
}
