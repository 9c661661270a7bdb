/**
 * JSON text of a value in which objects may also be given as a Map, whose order is kept: a JavaScript object puts names that
 * are whole numbers first. `indent` is the white space of one level; without it all is one line.
 */
export function writeJson(value: unknown, indent = '', before = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inside = before + indent;
  const colon = indent === '' ? ':' : ': ';
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map(each => writeJson(each, indent, inside))]
    : [
        '{',
        '}',
        entriesOf(value).map(([name, each]) => `${JSON.stringify(name)}${colon}${writeJson(each, indent, inside)}`),
      ];
  if (parts.length === 0) return open + close;
  const line = indent === '' ? '' : '\n';
  return `${open}${line}${inside}${parts.join(`,${line}${inside}`)}${line}${before}${close}`;
}

const entriesOf = (value: object): (readonly [string, unknown])[] =>
  value instanceof Map ? [...value] : Object.entries(value).filter(([, each]) => each !== undefined);
