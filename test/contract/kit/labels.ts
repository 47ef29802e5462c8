/** What a cloud chose by itself: replaced by a label, so that two clouds can be compared. */
const REQUEST_ID = /req-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** How Swift names a request. */
const TRANSACTION_ID = /tx[0-9a-f]{21}-[0-9a-f]{10}/g;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g;
/** Nova's `hostId` is a SHA-224 of host and project. */
const HOST_ID = /(?<![0-9a-f])[0-9a-f]{56}(?![0-9a-f])/g;
const MAC = /(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g;
const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?/g;
const HTTP_DATE = /\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g;
const UNIX_TIME = /(?<!\d)1[6-9]\d{8}(?:\.\d{5})?(?!\d)/g;
/** Designate draws lots for how often name servers look after a zone. */
const SOA_REFRESH = /(?<= \d{10} )3[56]\d\d(?= 600 86400 3600)/g;
/** WSME lists the words of a Python set, whose order changes with every start of a service. */
const WORDS = /(?<=Value should be one of: )[^"]+/g;
const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d./])/g;

/** Fields that hold addresses which the cloud may have chosen. */
const ADDRESS_FIELDS = new Set(['ip_address', 'fixed_ip_address', 'floating_ip_address', 'vip_address', 'addr']);
const SECRET_FIELDS = new Set(['adminPass', 'admin_password', 'secret', 'private_key', 'audit_ids']);
/** Numbers that the cloud chose. */
const NUMBER_FIELDS = new Set(['provider:segmentation_id', 'serial', 'standard_attr_id']);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Gives labels to what a cloud chose by itself, in the order in which it first shows: the same in every cloud. */
export class Labels {
  readonly #known: Map<string, string>;
  /** What was known from the start. */
  readonly #names: readonly (readonly [string, string])[];
  readonly #prefixes: readonly (readonly [string, string])[];
  readonly #literals = new Set<string>();
  /** What is ever said of a thing, by its id: it tells things apart where a list shows nothing but ids. */
  readonly #facts = new Map<string, string>();
  #count: Record<string, number> = {};

  /**
   * @param known - values with labels of their own, such as the id of the project
   * @param prefixes - beginnings of URLs, such as a service's endpoint; the first that fits is taken
   */
  constructor(known: ReadonlyMap<string, string>, prefixes: readonly (readonly [string, string])[]) {
    this.#names = [...known];
    this.#known = new Map([...known].map(([value, label]) => [canonical(value), label]));
    this.#prefixes = prefixes;
  }

  /** Addresses that the case itself sends first are its own: they stay as they are. */
  keepAddresses(text: string): void {
    for (const [address] of text.matchAll(IPV4)) if (!this.#known.has(address)) this.#literals.add(address);
  }

  /** Notes what an answer says of the things in it. */
  learn(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.learn(item);
    if (!isObject(value)) return;
    const { id } = value;
    if (typeof id === 'string') {
      const facts = ['name', 'address', 'value']
        .map((field) => value[field])
        .filter((fact) => typeof fact === 'string');
      this.#facts.set(
        canonical(id),
        `${this.#facts.get(canonical(id)) ?? ''} ${bare(facts.join(' ').replaceAll(ID, ''))}`,
      );
    }
    for (const inner of Object.values(value)) this.learn(inner);
  }

  /** The value with labels, at every depth. */
  value(value: unknown, field = ''): unknown {
    if (typeof value === 'string')
      return SECRET_FIELDS.has(field) && value !== '' ? '{secret}' : this.text(value, field);
    if (typeof value === 'number') return NUMBER_FIELDS.has(field) ? '{number}' : value;
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(item, field));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [this.text(name), this.value(inner, name)]));
  }

  text(text: string, field = ''): string {
    if (ADDRESS_FIELDS.has(field) && !this.#literals.has(text)) this.#label(text, 'address');
    if (field === 'faultstring')
      for (const [ip] of text.matchAll(IPV4)) if (!this.#literals.has(ip)) this.#label(ip, 'address');
    let result = text;
    for (const [prefix, label] of this.#prefixes) result = result.replaceAll(prefix, label);
    for (const [value, label] of this.#known) {
      if (label.startsWith('{address')) result = result.replaceAll(whole(value), label);
      else if (!label.startsWith('{id') && !label.startsWith('{mac')) result = result.replaceAll(value, label);
    }
    return result
      .replaceAll(REQUEST_ID, 'req-{id}')
      .replaceAll(TRANSACTION_ID, 'tx{id}')
      .replaceAll(HOST_ID, '{host}')
      .replaceAll(ID, (id) => this.#label(id, 'id'))
      .replaceAll(MAC, (mac) => this.#label(mac, 'mac'))
      .replaceAll(TIME, (time) => time.replaceAll(/\d/g, '0'))
      .replaceAll(HTTP_DATE, '{http date}')
      .replaceAll(SOA_REFRESH, '{refresh}')
      .replaceAll(UNIX_TIME, (time) => time.replaceAll(/\d/g, '0'))
      .replaceAll(WORDS, (words) => words.split(', ').sort().join(', '));
  }

  /**
   * What lists are brought into order by: the value without what the cloud chose by itself; then what tells alike items
   * apart, which is what has a label already, the addresses that the case chose, and what is said of them elsewhere.
   */
  order(value: unknown): string {
    const named = (text: string): string => {
      let result = text;
      for (const [name, label] of this.#names) result = result.replaceAll(name, label);
      return result;
    };
    const labelled = (id: string): string => this.#known.get(canonical(id)) ?? '';
    const known = JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner === 'number' || typeof inner === 'boolean') return null;
      if (typeof inner !== 'string') return inner;
      return bare(named(inner).replaceAll(ID, labelled)).replaceAll(IPV4, (ip) => (this.#literals.has(ip) ? ip : ''));
    });
    const id = isObject(value) && typeof value['id'] === 'string' ? canonical(value['id']) : '';
    return `${shape(value, named)} ${known} ${named(this.#facts.get(id) ?? '')}`;
  }

  #label(value: string, kind: 'id' | 'mac' | 'address'): string {
    const key = canonical(value);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const number = (this.#count[kind] ?? 0) + 1;
    this.#count = { ...this.#count, [kind]: number };
    const label = `{${kind} ${number}}`;
    this.#known.set(key, label);
    return label;
  }
}

/** Keystone's ids come without dashes here and with them there. */
const canonical = (value: string): string =>
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) ? value.replaceAll('-', '') : value;

/** The address, but not the beginning or end of another one. */
const whole = (address: string): RegExp => new RegExp(`(?<!\\d)${address.replaceAll('.', '\\.')}(?!\\d)`, 'g');

/** The value without what a cloud chose by itself. */
function shape(value: unknown, named: (text: string) => string): string {
  return JSON.stringify(value, (field, inner: unknown) => {
    if (typeof inner === 'number' && NUMBER_FIELDS.has(field)) return 0;
    if (typeof inner !== 'string') return inner;
    if (ADDRESS_FIELDS.has(field) || SECRET_FIELDS.has(field)) return '';
    return bare(named(inner).replaceAll(ID, ''));
  });
}

/** The text without what is another one each time, but ids. */
const bare = (text: string): string =>
  text
    .replaceAll(HOST_ID, '')
    .replaceAll(MAC, '')
    .replaceAll(TIME, '')
    .replaceAll(SOA_REFRESH, '')
    .replaceAll(UNIX_TIME, '')
    .replaceAll(/https?:\/\/[^/\s"]+/g, '');
