import { isIPv4, isIPv6 } from 'node:net';
import { isDomain, isServiceName } from './fields.ts';
import { invalidObject, problems, type Problem } from './errors.ts';

/** Whether a record fits its type (designate:designate/objects/rrdata_*.py). */
const recordFits: Readonly<Record<string, (record: string) => boolean>> = {
  A: isIPv4,
  AAAA: isIPv6,
  CNAME: isDomain,
  NS: isDomain,
  PTR: isDomain,
  MX: (record) => /^(?:0|[1-9]\d{0,4}) \S+\.$/.test(record) && below(record, 1),
  SRV: (record) => /^\d+ \d+ \d+ \S+$/.test(record) && below(record, 3) && isDomain(record.split(' ')[3] ?? ''),
  TXT: (record) => isText(record) && !record.endsWith('\\'),
  SPF: (record) => isText(record),
  CAA: (record) => /^[01] (?:issue|issuewild|iodef) \S.*$/.test(record),
  SSHFP: (record) => /^[0-4] [0-2] (?:[0-9A-Fa-f]{10,40}|[0-9A-Fa-f]{64})$/.test(record),
  NAPTR: (record) => /^\d+ \d+ "?[APSUapsu]*"? \S+ \S+ \S+\.$/.test(record) && below(record, 2),
  CERT: (record) => /^\S+ \d+ \S+ \S.*$/.test(record),
  SOA: () => true,
};

/** Whether the first numbers of a record have 16 bits. */
const below = (record: string, count: number): boolean =>
  record
    .split(' ')
    .slice(0, count)
    .every((number) => Number(number) <= 65_535);

function isText(record: string): boolean {
  const [starts, ends] = [record.startsWith('"'), record.endsWith('"')];
  if (starts !== ends) return false;
  if (!starts) return record.length <= 255 && !/\s/.test(record);
  const strings = record.length > 255 ? record.slice(1, -1).split('" "') : [record.slice(1, -1)];
  return strings.every((string) => string.length <= 253 && !/(?<!\\)"/.test(string));
}

const problem = (path: Problem['path'], validator: string, value: unknown, message: string): Problem => ({
  ...{ path, message, validator, validator_value: [value] },
});

/**
 * Looks whether a type is one, whether a name can have it, and whether the records fit it.
 * @throws ApiError with every record that does not (designate:designate/objects/recordset.py, validate)
 */
export function checkRecords(type: string | null, name: string | null, records: readonly string[]): void {
  const fits = type === null ? undefined : recordFits[type];
  if (fits === undefined) {
    throw problems([problem(['recordset', 'type'], 'value', type, `'${type ?? 'None'}' is not a valid record type`)]);
  }
  if (type === 'SRV' && name !== null && !isServiceName(name)) throw invalidObject('name is invalid');
  const bad = records.flatMap((record, index) =>
    fits(record) ? [] : [problem(['records', index], 'format', type, `'${record}' is not a '${type ?? ''}' Record`)],
  );
  if (bad.length > 0) throw problems(bad);
}
