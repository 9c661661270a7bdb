import type { Arrow } from './map-drawing.js';

/** The duration of the moving picture, in milliseconds. */
export const motionDuration = 3400;

/** A moment of the moving picture. */
export interface Moment {
  readonly arrows: readonly Arrow[];
  /** How far the answer lights up, 0 to 1. */
  readonly light: number;
}

/** The share 0 to 1 of a phase from `start` to `end` that is over, slow at both ends. */
const phase = (share: number, start: number, end: number): number => {
  const linear = Math.min(1, Math.max(0, (share - start) / (end - start)));
  return linear * linear * (3 - 2 * linear);
};

const between = (from: readonly number[], to: readonly number[], share: number) =>
  from.map((value, k) => value + share * (to[k]! - value));

/** An arrow of which a share is drawn. */
const grown = (arrow: Arrow, share: number): Arrow[] =>
  share === 0 ? [] : [{ ...arrow, to: between(arrow.from, arrow.to, share) }];

/**
 * The moment at a share 0 to 1 of the moving picture. If the same step is taken elsewhere, the step grows, a copy of it
 * lifts off, moves over without turning and lands at its place; else the arrows grow one after the other. Then the line
 * to the nearest word grows, and the answer lights up.
 */
export function momentAt(arrows: readonly Arrow[], share: number): Moment {
  if (share >= 1) return { arrows, light: 1 };
  const step = arrows.find(({ kind }) => kind === 'step');
  const isMoved = arrows.some(({ kind }) => kind === 'same');
  const growing = arrows.filter(({ kind }) => kind !== 'near' && kind !== 'same');
  const drawn = arrows.flatMap((arrow): Arrow[] => {
    if (arrow.kind === 'near') return grown(arrow, phase(share, 0.76, 0.88));
    if (arrow.kind === 'same') return share < 0.28 ? [] : moved(step!, arrow, phase(share, 0.32, 0.72));
    const start = isMoved ? 0 : (0.4 * growing.indexOf(arrow)) / growing.length;
    return grown(arrow, phase(share, start, start + (isMoved ? 0.24 : 0.34)));
  });
  return { arrows: drawn, light: phase(share, 0.86, 1) };
}

/** A copy of a step on its way to the same step elsewhere, and the traces of its two ends. */
function moved(step: Arrow, same: Arrow, share: number): Arrow[] {
  const [from, to] = [between(step.from, same.from, share), between(step.to, same.to, share)];
  return [
    { from: step.from, to: from, kind: 'trace' },
    { from: step.to, to, kind: 'trace' },
    { from, to, kind: 'same' },
  ];
}
