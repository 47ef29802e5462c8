/** What an error body says, whichever of OpenStack's shapes it has. */
export interface ErrorWords {
  words: string;
  code?: string | undefined;
}

const MAX_WORDS = 1000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined;

/** The readable part of an HTML page: its title and its text, without markup. */
const fromHtml = (html: string): string => {
  const body = html
    .replace(/<(script|style|head)\b[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1]?.trim() ?? '';
  return title === '' || body.startsWith(title) ? body : `${title}: ${body}`;
};

const clean = (words: string): string => {
  const plain = /<\/?[a-z][^>]*>/i.test(words) ? fromHtml(words) : words.replace(/\s+/g, ' ').trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS)}…` : plain;
};

/** Designate and others list the invalid fields: `{"errors":{"errors":[{"path":["ttl"],"message":"…"}]}}`. */
const fieldErrors = (errors: unknown): string | undefined => {
  const list: unknown = isRecord(errors) ? errors['errors'] : errors;
  if (!Array.isArray(list)) return undefined;
  const lines = list.filter(isRecord).flatMap((entry) => {
    const words = text(entry['detail']) ?? text(entry['message']) ?? text(entry['title']);
    const path = Array.isArray(entry['path']) ? entry['path'].map(String).join('.') : undefined;
    return words === undefined ? [] : [path ? `${path}: ${words}` : words];
  });
  return lines.length === 0 ? undefined : lines.join('; ');
};

const fromRecord = (body: Record<string, unknown>, depth = 0): ErrorWords | undefined => {
  const neutron = body['NeutronError'];
  if (isRecord(neutron)) {
    const words = text(neutron['message']) ?? text(neutron['detail']) ?? 'unknown error';
    return { words, code: text(neutron['type']) };
  }
  if (text(neutron)) return { words: String(neutron) };

  const faultString = text(body['faultstring']);
  if (faultString) return { words: faultString, code: text(body['faultcode']) };

  const listed = fieldErrors(body['errors']);
  if (listed) {
    const first: unknown = Array.isArray(body['errors']) ? body['errors'][0] : undefined;
    const code = text(body['type']) ?? (isRecord(first) ? text(first['code']) : undefined);
    const message = text(body['message']);
    return { words: message ? `${message}: ${listed}` : listed, code };
  }

  const message = text(body['message']) ?? text(body['error_message']) ?? text(body['explanation']);
  if (message) return { words: message, code: text(body['type']) ?? text(body['title']) };

  // Keystone's {"error":{…}} and Nova's and Cinder's {"<name of the fault>":{message, code}}.
  if (depth > 0) return undefined;
  for (const [name, value] of Object.entries(body)) {
    const inner = isRecord(value) ? fromRecord(value, depth + 1) : undefined;
    if (inner) return { words: inner.words, code: inner.code ?? (name === 'error' ? undefined : name) };
  }
  const error = text(body['error']);
  return error ? { words: error } : undefined;
};

/**
 * The words and the error name in an error body. Known shapes: Neutron's `NeutronError`, Nova's and Cinder's named
 * faults, Octavia's `faultstring`, Keystone's `error`, lists of `errors` (Placement, Magnum, Designate), a bare
 * `message` (Glance, Designate), plain text, and HTML of a proxy. An empty body gives `fallback`.
 */
export const readErrorBody = (body: string, fallback: string): ErrorWords => {
  const trimmed = body.trim();
  if (trimmed === '') return { words: fallback };
  if (trimmed.startsWith('{')) {
    try {
      const parsed: unknown = JSON.parse(trimmed);
      const found = isRecord(parsed) ? fromRecord(parsed) : undefined;
      if (found) return { words: clean(found.words), code: found.code };
    } catch {
      // Not JSON after all: read it as text.
    }
  }
  return { words: clean(trimmed) || fallback };
};
