import { Agent, request, type Dispatcher } from 'undici';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { timeLimit } from '../../time-limit.ts';

const referenceSchema = z.looseObject({
  vault: z.url(),
  token: z.string().min(1),
  creationPath: z.string().optional(),
  caCert: z.string().optional(),
});
const filesSchema = z.looseObject({
  files: z.array(z.looseObject({ path: z.string(), permissions: z.string().default('0600'), content: z.string() })),
});
const answerSchema = z.looseObject({
  data: z.union([filesSchema, z.looseObject({ data: filesSchema }).transform(({ data }) => data)]),
});
const lookupSchema = z.looseObject({ data: z.looseObject({ creation_path: z.string() }) });

/** A file that was fetched with a wrapping token. */
export interface FetchedFile {
  readonly path: string;
  readonly content: string;
}

const attempts = 60;
const pauseMilliseconds = 2000;
/** Long: an answer that comes too late has used the token up. */
const timeoutMilliseconds = 60_000;

interface Answer {
  readonly status: number;
  /** How many attempts before this one got no answer. */
  readonly unanswered: number;
  readonly body: string;
}

/** POSTs to Vault; a Vault that does not answer, or answers 5xx, is asked again for about two minutes. */
async function post(
  url: string,
  options: Parameters<typeof request>[1],
  log: Log,
  signal: AbortSignal,
): Promise<Answer> {
  let unanswered = 0;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const timeout = timeLimit(timeoutMilliseconds);
      const response = await request(url, {
        ...options,
        method: 'POST',
        reset: true,
        signal: AbortSignal.any([signal, timeout]),
      });
      const answer = { status: response.statusCode, body: await response.body.text(), unanswered };
      if (answer.status < 500 || attempt === attempts) return answer;
    } catch (error) {
      signal.throwIfAborted();
      unanswered += 1;
      log(`slipway-bootstrap: Vault does not answer, trying again: ${String(error)}`);
      if (attempt === attempts) throw new Error(`Vault does not answer (${String(error)})`, { cause: error });
    }
    await sleep(pauseMilliseconds, undefined, { signal });
  }
}

/** The text may hold secrets: an error says only where it is wrong. */
function parseJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  const parsed = schema.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path }) => path.join('.') || 'document').join(', ');
  throw new Error(`${what} has not the expected form: ${where}`);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Fetches the files of a control plane with the single-use token in `/run/bootstrap/wrapped-files.json`: looks first
 * that the token was made for the expected path, then unwraps it.
 * @throws Error with a reason that is fit for the console: it names no secret.
 */
export async function unwrapFiles(reference: string, log: Log, signal: AbortSignal): Promise<readonly FetchedFile[]> {
  const { vault, token, creationPath, caCert } = parseJson(referenceSchema, reference, 'wrapped-files.json');
  const base = `${vault.replace(/\/$/u, '')}/v1/sys/wrapping`;
  const agent: Dispatcher | undefined = caCert === undefined ? undefined : new Agent({ connect: { ca: caCert } });
  const shared = agent === undefined ? {} : { dispatcher: agent };
  try {
    if (creationPath !== undefined) {
      const headers = { 'content-type': 'application/json' };
      const lookup = await post(`${base}/lookup`, { ...shared, headers, body: JSON.stringify({ token }) }, log, signal);
      if (lookup.status === 200) {
        const made = parseJson(lookupSchema, lookup.body, "Vault's answer").data.creation_path;
        if (made !== creationPath)
          throw new Error(`the wrapping token was made for another path (${made}, expected ${creationPath})`);
      } else refuse(lookup);
    }
    const answer = await post(`${base}/unwrap`, { ...shared, headers: { 'x-vault-token': token } }, log, signal);
    if (answer.status !== 200) refuse(answer);
    return parseJson(answerSchema, answer.body, "Vault's answer").data.files;
  } finally {
    await agent?.destroy();
  }
}

function refuse({ status, unanswered }: Answer): never {
  if (status !== 400 && status !== 403) throw new Error(`Vault answered ${status} to the wrapping token`);
  // Our own request may have used it up when only its answer was lost; it cannot be told from a thief's.
  const hint = unanswered === 0 ? '' : ` (${unanswered} earlier attempts of this machine got no answer)`;
  throw new Error(
    `the wrapping token was already used or has expired (Vault answered ${status}): somebody else may have read the secrets${hint}`,
  );
}
