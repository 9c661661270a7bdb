/** A segment of a window: its tokens, times included, and its start and end in seconds from the start of the window. */
export interface WindowSegment {
  readonly tokens: readonly number[];
  /** The index of its first token in the window. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** How tokens of time and frames become seconds. */
export interface TimeScale {
  /** The token of the time 0. */
  readonly timestampBegin: number;
  /** Frames of the spectrum for one step of time. */
  readonly stride: number;
  /** Seconds for one step of time. */
  readonly precision: number;
}

/** The segments of a window, and how many frames later the next window begins. */
export interface SplitWindow {
  readonly segments: readonly WindowSegment[];
  readonly frames: number;
}

/**
 * Splits the tokens of a window of `frames` frames, without its end token, at pairs of times (Radford et al. 2022,
 * section 3.8). The next window begins at the last pair, since the sound after it may be cut off, or at the end of this
 * one if there is no pair, or if only one time ends the text, after which nothing is said.
 */
export function splitWindow(
  tokens: readonly number[],
  frames: number,
  { timestampBegin, stride, precision }: TimeScale,
): SplitWindow {
  const isTime = (index: number) => tokens[index]! >= timestampBegin;
  const stepsOf = (index: number) => tokens[index]! - timestampBegin;
  const pairs = tokens.flatMap((_, i) => (i > 0 && isTime(i - 1) && isTime(i) ? [i] : []));
  if (pairs.length === 0) {
    const last = tokens.findLastIndex((_, i) => isTime(i));
    const steps = last >= 0 && stepsOf(last) > 0 ? stepsOf(last) : Math.floor(frames / stride);
    return { segments: [{ tokens, index: 0, start: 0, end: steps * precision }], frames };
  }
  const { length } = tokens;
  const endsWithOne = length >= 2 && isTime(length - 1) && !isTime(length - 2);
  const ends = endsWithOne ? [...pairs, length] : [...pairs.slice(0, -1), pairs.at(-1)! + 1];
  const segments = ends.map((to, i): WindowSegment => {
    const from = ends[i - 1] ?? 0;
    const isOpen = i === ends.length - 1 && !endsWithOne; // it ends with both times of the pair
    const [start, end] = [stepsOf(from), stepsOf(to - (isOpen ? 2 : 1))];
    return { tokens: tokens.slice(from, to), index: from, start: start * precision, end: end * precision };
  });
  const next = endsWithOne ? frames : stepsOf(ends.at(-1)! - 2) * stride;
  return { segments, frames: next || frames }; // never the same window again
}
