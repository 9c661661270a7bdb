/**
 * Writes JSON. Objects may also be given as a Map, whose order is kept; a plain object would put names that are
 * integers first. `indent` is the white space of one level; without it everything is on one line.
 */
export function writeJson(value: unknown, indent = '', parentIndent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const childIndent = parentIndent + indent;
  const colon = indent === '' ? ':' : ': ';
  const [open, close, parts] = Array.isArray(value)
    ? ['[', ']', value.map(each => writeJson(each, indent, childIndent))]
    : [
        '{',
        '}',
        entriesOf(value).map(
          ([name, each]) => `${JSON.stringify(name)}${colon}${writeJson(each, indent, childIndent)}`,
        ),
      ];
  if (parts.length === 0) return open + close;
  const line = indent === '' ? '' : '\n';
  return `${open}${line}${childIndent}${parts.join(`,${line}${childIndent}`)}${line}${parentIndent}${close}`;
}

const entriesOf = (value: object): (readonly [string, unknown])[] =>
  value instanceof Map ? [...value] : Object.entries(value).filter(([, each]) => each !== undefined);
