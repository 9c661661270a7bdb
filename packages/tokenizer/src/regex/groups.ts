/**
 * The opening bracket of a capturing group, with a name of its own: which number it has shows only once the whole is
 * written.
 */
export const openGroup = (id: number): string => `(?#${id})`;

/** A reference to what a group captured. */
export const backReference = (id: number): string => `\\g<${id}>`;

/** What gives nothing back: a lookahead, and what it has found. */
export const atomic = (body: string, id: number): string => `(?=${openGroup(id)}${body}))${backReference(id)}(?:)`;

const groupMarks = /\(\?#(\d+)\)|\\g<(\d+)>|\\[\s\S]/g;

/** Gives groups the numbers that they have in the order of their opening. */
export function numberGroups(pattern: string): string {
  const numbers = new Map<string, number>();
  for (const [, opened] of pattern.matchAll(groupMarks)) if (opened) numbers.set(opened, numbers.size + 1);
  return pattern.replace(groupMarks, (mark, opened, referred) => {
    if (opened) return '(';
    return referred ? `\\${numbers.get(referred)}` : mark;
  });
}
