import { badRequest } from './api-error.ts';
import { messageNameOf, messageOf } from './messages.ts';

/** Reads the wire format: https://protobuf.dev/programming-guides/encoding/ */
class Reader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) break;
      this.#position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw badRequest('the protobuf body is cut off');
  }

  /** The value of a field by its wire type: a number, or bytes. */
  value(wireType: number): bigint | Buffer {
    if (wireType === 0) return this.varint();
    const length = wireType === 2 ? Number(this.varint()) : wireType === 1 ? 8 : wireType === 5 ? 4 : undefined;
    if (length === undefined) throw badRequest(`the protobuf body has an unknown wire type ${wireType}`);
    const bytes = this.#bytes.subarray(this.#position, this.#position + length);
    if (bytes.length < length) throw badRequest('the protobuf body is cut off');
    this.#position += length;
    return bytes;
  }
}

function* fieldsOf(bytes: Buffer): Iterable<readonly [number, bigint | Buffer]> {
  const reader = new Reader(bytes);
  while (!reader.done) {
    const key = Number(reader.varint());
    yield [key >> 3, reader.value(key & 7)];
  }
}

const bytesOf = (value: bigint | Buffer) => (typeof value === 'bigint' ? Buffer.alloc(0) : value);
const numberOf = (value: bigint | Buffer) => (typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0);

function fieldNumbers(bytes: Buffer): ReadonlyMap<number, bigint | Buffer> {
  return new Map(fieldsOf(bytes));
}

/** One value as JSON has it; undefined for the zero value. */
function decodeValue(type: string, value: bigint | Buffer): unknown {
  const bytes = bytesOf(value);
  switch (type) {
    case 'string':
      return bytes.toString('utf8');
    case 'bytes':
      return bytes.toString('base64');
    case 'bool':
      return numberOf(value) !== 0;
    case 'int32':
    case 'int64':
    case 'uint32':
    case 'uint64':
      return numberOf(value);
    case 'double':
      return bytes.readDoubleLE();
    case 'time': {
      const seconds = numberOf(fieldNumbers(bytes).get(1) ?? 0n);
      return seconds === 0 ? undefined : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
    }
    case 'quantity':
      return bytesOf(fieldNumbers(bytes).get(1) ?? 0n).toString('utf8');
    case 'intOrString': {
      const parts = fieldNumbers(bytes);
      const isText = numberOf(parts.get(1) ?? 0n) === 1;
      return isText ? bytesOf(parts.get(3) ?? 0n).toString('utf8') : numberOf(parts.get(2) ?? 0n);
    }
    case 'raw': {
      const text = bytesOf(fieldNumbers(bytes).get(1) ?? 0n).toString('utf8');
      return text === '' ? undefined : JSON.parse(text);
    }
    default:
      return decodeMessage(type, bytes);
  }
}

/** Go writes the zero values of plain fields too, which JSON leaves out; those of pointers mean something. */
function isZero(value: unknown): boolean {
  if (value === undefined || value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function decodeMessage(type: string, bytes: Buffer): Record<string, unknown> {
  const message = messageOf(type);
  if (message === undefined) throw badRequest(`no protobuf message ${type} is known here: send JSON`);
  const result: Record<string, unknown> = {};
  for (const [number, raw] of fieldsOf(bytes)) {
    const field = message.byNumber.get(number);
    if (field === undefined) continue;
    const { name, form } = field;
    if (form === 'map') {
      const entry = fieldNumbers(bytesOf(raw));
      const key = bytesOf(entry.get(1) ?? 0n).toString('utf8');
      const known = result[name];
      const map = typeof known === 'object' && known !== null ? known : {};
      result[name] = { ...map, [key]: decodeValue(field.type, entry.get(2) ?? Buffer.alloc(0)) };
      continue;
    }
    const value = decodeValue(field.type, raw);
    if (form === 'list') {
      const known = result[name];
      result[name] = [...(Array.isArray(known) ? (known as readonly unknown[]) : []), value];
    } else if (form === 'inline') Object.assign(result, value);
    else if (form === 'pointer' || !isZero(value)) result[name] = value;
  }
  return result;
}

const magic = Buffer.from('k8s\0');

/**
 * Reads a request body in Kubernetes' protobuf encoding, as Go clients send it (kubectl's `create`, for one), into the
 * object that the same request in JSON would have held. Answers are always JSON: every client takes that.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 * @throws ApiError 400
 */
export function decodeProtobuf(body: Buffer): unknown {
  if (!body.subarray(0, magic.length).equals(magic))
    throw badRequest('the body is no Kubernetes protobuf: its first bytes are others');
  const envelope = fieldNumbers(body.subarray(magic.length));
  const typeMeta = fieldNumbers(bytesOf(envelope.get(1) ?? 0n));
  const apiVersion = bytesOf(typeMeta.get(1) ?? 0n).toString('utf8');
  const kind = bytesOf(typeMeta.get(2) ?? 0n).toString('utf8');
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const type = kind === 'DeleteOptions' ? 'meta.v1.DeleteOptions' : messageNameOf(group, version, kind);
  return { apiVersion, kind, ...decodeMessage(type, bytesOf(envelope.get(2) ?? 0n)) };
}
