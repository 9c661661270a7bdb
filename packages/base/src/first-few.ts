import { showValue } from './show-value.js';

/**
 * The first names of a list as text for messages, and the number of further ones: `a, b, c and 12 more`. Control
 * characters are escaped and long names cut.
 */
export function firstFew(names: Iterable<string>): string {
  const all = [...names];
  const few = all.slice(0, all.length > 10 ? 8 : 10).map(name => showValue(name).slice(1, -1));
  return `${few.join(', ')}${few.length < all.length ? ` and ${all.length - few.length} more` : ''}`;
}
