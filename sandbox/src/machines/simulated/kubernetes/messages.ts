import { protobufMessages } from './protobuf-messages.ts';

/** A field of a message of Kubernetes' API. */
export interface MessageField {
  readonly name: string;
  /** The message, or a scalar of `protobuf.ts`. */
  readonly type: string;
  readonly form: 'one' | 'pointer' | 'inline' | 'list' | 'map';
  /** How server-side apply takes a list; for other forms `atomic` means: as a whole. */
  readonly merge: 'atomic' | 'set' | 'granular' | readonly string[];
}

/** A message of Kubernetes' API: what one of its types has as fields. */
export interface Message {
  readonly name: string;
  readonly byNumber: ReadonlyMap<number, MessageField>;
  /** By the name in JSON, those of inlined messages with them. */
  readonly byName: ReadonlyMap<string, MessageField>;
  /** Whether server-side apply takes it as a whole. */
  readonly atomic: boolean;
}

const pattern = /^(?<number>\d+):(?<name>\w+):(?<form>\[[^\]]*\]|\{!?\}|<|\?|)(?<type>.+)$/u;

function formOf(text: string): Pick<MessageField, 'form' | 'merge'> {
  if (text.startsWith('[')) {
    const keys = text.slice(1, -1);
    return { form: 'list', merge: keys === '=' ? 'set' : keys === '' ? 'atomic' : keys.split(',') };
  }
  if (text.startsWith('{')) return { form: 'map', merge: text === '{!}' ? 'atomic' : 'granular' };
  return { form: text === '<' ? 'inline' : text === '?' ? 'pointer' : 'one', merge: 'granular' };
}

function parseField(text: string): [number, MessageField] {
  const parsed = pattern.exec(text)?.groups;
  if (parsed === undefined) throw new Error(`protobuf-messages.ts: cannot read "${text}"`);
  const { number, name = '', form = '', type = '' } = parsed;
  return [Number(number), { name, type, ...formOf(form) }];
}

let messages: ReadonlyMap<string, Message> | undefined;

/** The table of messages, read when the first one is asked for. */
function table(): ReadonlyMap<string, Message> {
  if (messages !== undefined) return messages;
  const parsed = new Map<string, ReadonlyMap<number, MessageField>>();
  const atomic = new Set<string>();
  for (const line of protobufMessages.trim().split('\n')) {
    const [head = '', ...fields] = line.split(' ');
    const name = head.replace('!', '');
    if (head !== name) atomic.add(name);
    parsed.set(name, new Map(fields.filter((text) => text !== '').map(parseField)));
  }
  const namesOf = (byNumber: ReadonlyMap<number, MessageField>): [string, MessageField][] =>
    [...byNumber.values()].flatMap((field) =>
      field.form === 'inline' ? namesOf(parsed.get(field.type) ?? new Map()) : [[field.name, field]],
    );
  messages = new Map(
    [...parsed].map(([name, byNumber]) => {
      const byName = new Map(namesOf(byNumber));
      return [name, { name, byNumber, byName, atomic: atomic.has(name) }];
    }),
  );
  return messages;
}

/** The message of a name (`core.v1.Pod`); undefined when it is none, a scalar for one. */
export function messageOf(name: string): Message | undefined {
  return table().get(name);
}

/** The name of the message of a kind, which need not be known. */
export function messageNameOf(group: string, version: string, kind: string): string {
  return `${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`;
}
