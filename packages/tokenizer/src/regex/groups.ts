/**
 * The opening bracket of a capturing group with a unique id. The group's number is known only when the whole pattern is
 * translated.
 */
export const openGroup = (id: number): string => `(?#${id})`;

/** A reference to the capture of a group. */
export const backReference = (id: number): string => `\\g<${id}>`;

/** An atomic group: a lookahead, and a reference to its capture. */
export const atomic = (body: string, id: number): string => `(?=${openGroup(id)}${body}))${backReference(id)}(?:)`;

const groupMarks = /\(\?#(\d+)\)|\\g<(\d+)>|\\[\s\S]/g;

/** Replaces the ids of groups by their numbers in the order of their opening brackets. */
export function numberGroups(pattern: string): string {
  const numbers = new Map<string, number>();
  for (const [, opened] of pattern.matchAll(groupMarks)) if (opened) numbers.set(opened, numbers.size + 1);
  return pattern.replace(groupMarks, (mark, opened, referred) => {
    if (opened) return '(';
    return referred ? `\\${numbers.get(referred)}` : mark;
  });
}
