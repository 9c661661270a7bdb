import { ResidualError } from './errors.js';
import { showValue } from './show-value.js';

/**
 * All names of some options: 1 for a required option, 0 for an optional one. The compiler checks that the list is
 * complete.
 */
export type OptionNames<Options> = {
  // biome-ignore lint/complexity/noBannedTypes: `{}` extends types without required names
  readonly [Name in keyof Options]-?: {} extends Pick<Options, Name> ? 0 : 1;
};

/**
 * Throws, with code `option`, if options are not an object, contain an unknown name or lack a required one. The message
 * lists all names, the nearest first. Unknown names with the value undefined are ignored.
 */
export function expectOptions<Options extends object>(
  caller: string,
  options: Options,
  names: OptionNames<Options>,
): void {
  const allowed = Object.keys(names);
  const isObject = options === undefined || (typeof options === 'object' && options !== null);
  const entries = (isObject ? { ...options } : {}) as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(entries).filter(name => !allowed.includes(name) && entries[name] !== undefined);
  const missing = allowed.filter(name => names[name as keyof Options] && entries[name] === undefined);
  if (isObject && unknown.length + missing.length === 0) return;
  const faults = [
    ...(unknown.length > 0 ? [`${joinNames(unknown)} not ${unknown.length > 1 ? 'options' : 'an option'}`] : []),
    ...(missing.length > 0 ? [`${joinNames(missing)} missing`] : []),
  ];
  const what = isObject ? faults.join(' and ') : `the options are ${showValue(options)}, not an object`;
  const all = new Set([...(unknown.length > 0 ? missing : []), ...nearestNames(unknown, allowed)]);
  throw new ResidualError('option', `${caller}: ${what}; options are ${[...all].join(', ')}`);
}

/** Sorts names by their edit distance to the nearest of the words. */
export function nearestNames(words: string | readonly string[], names: Iterable<string>): string[] {
  const lowered = [words].flat().map(word => word.toLowerCase());
  const ranked = [...names].map(name => {
    const distances = lowered.map(word => distance(word, name.toLowerCase()));
    return { name, distance: Math.min(...distances) };
  });
  return ranked.sort((a, b) => a.distance - b.distance).map(({ name }) => name);
}

/** The edit distance (Levenshtein 1966); 1 if one word contains the other. */
function distance(a: string, b: string): number {
  if (a !== b && a && b && (a.includes(b) || b.includes(a))) return 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function joinNames(names: readonly string[]): string {
  return `${names.join(', ')} ${names.length > 1 ? 'are' : 'is'}`;
}
