import type { Dfa } from '../dfa/dfa.js';
import { parseRegex } from '../regex/parse.js';
import { regexToDfa } from '../regex/to-dfa.js';

const leap = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)';
const date = `(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|02-(?:0[1-9]|1\\d|2[0-8]))|${leap}-02-29)`;
const time = '(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,6})?(?:Z|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)';
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

const email = `[a-z0-9_+-]{1,20}(?:\\.[a-z0-9_+-]{1,20}){0,2}@[a-z0-9]{1,20}(?:-[a-z0-9]{1,20})?(?:\\.[a-z]{2,10}){1,3}`;
const hostname = `[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?(?:\\.[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?){0,3}`;
const uri = `https?://${label}(?:\\.${label}){0,3}(?:/[A-Za-z0-9._~-]{1,40}){0,8}/?`;
const reference = `(?:${uri}|/?[A-Za-z0-9._~-]{1,40}(?:/[A-Za-z0-9._~-]{1,40}){0,8})`;
const pointer = '(?:/[A-Za-z0-9_.-]{0,40}){0,8}';

/** The formats that are enforced, each by an expression whose texts all have the format. */
const formats: Readonly<Record<string, string>> = {
  date,
  time,
  'date-time': `${date}T${time}`,
  duration:
    'P(?:\\d{1,4}W|\\d{1,4}Y(?:\\d{1,4}M(?:\\d{1,4}D)?)?|\\d{1,4}M(?:\\d{1,4}D)?|\\d{1,4}D|T(?:\\d{1,4}H|\\d{1,4}M|\\d{1,4}S))',
  uuid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  email,
  'idn-email': email,
  hostname,
  'idn-hostname': hostname,
  ipv4: `${octet}(?:\\.${octet}){3}`,
  ipv6: '[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}',
  uri,
  url: uri,
  iri: uri,
  'uri-reference': reference,
  'iri-reference': reference,
  'uri-template': reference,
  'json-pointer': pointer,
  'relative-json-pointer': `[0-9](?:#|${pointer})`,
  regex: '[A-Za-z0-9 _-]{0,80}',
  byte: '(?:[A-Za-z0-9+/]{4}){0,100}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?',
};

const known = /*#__PURE__*/ new Map<string, Dfa>();

/** The texts of a format; undefined for one that is not enforced. */
export function formatDfa(name: string): Dfa | undefined {
  if (!Object.hasOwn(formats, name)) return undefined;
  let dfa = known.get(name);
  if (!dfa) {
    dfa = regexToDfa(parseRegex(formats[name]!, name), name);
    known.set(name, dfa);
  }
  return dfa;
}
