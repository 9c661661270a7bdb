/** The maximal length of the result of `showValue`, in characters. */
const maxLength = 300;

/**
 * A value as text for messages: JSON, cut after a few members and levels, so that no value makes a message long or
 * overflows the stack. Control characters are escaped.
 */
export function showValue(value: unknown): string {
  return cut(abbreviated(value, 2), maxLength);
}

function abbreviated(value: unknown, levels: number): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(cut(value, 80));
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  const members = entries
    .slice(0, levels && 8)
    .map(([name, member]) => `${isList ? '' : `${abbreviated(name, 0)}:`}${abbreviated(member, levels - 1)}`);
  if (members.length < entries.length) members.push(levels ? `… ${entries.length} in all` : '…');
  return isList ? `[${members.join(',')}]` : `{${members.join(',')}}`;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
