/** The maximal length of the result of `showValue`, in characters. */
const maxLength = 300;

/**
 * A value as text for messages: JSON, cut after a few members and levels, so that no value makes a message long or
 * overflows the stack. Control characters are escaped.
 */
export function showValue(value: unknown): string {
  const text = abbreviated(value, 2);
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
}

function abbreviated(value: unknown, levels: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const entries = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  const few = levels === 0 ? [] : entries.slice(0, 8);
  const members = few.map(
    ([name, member]) => `${isList ? '' : `${abbreviated(name, 0)}:`}${abbreviated(member, levels - 1)}`,
  );
  if (few.length < entries.length) members.push(levels === 0 ? '…' : `… ${entries.length} in all`);
  return isList ? `[${members.join(',')}]` : `{${members.join(',')}}`;
}
