/**
 * The box of a word, in pixels from the corner of the element; `along` is the axis in which the words of a row follow
 * each other.
 */
export interface WordBox {
  readonly along: number;
  readonly size: number;
  /** The edge that faces the other row. */
  readonly edge: number;
}

/** A ribbon between a source word and a target word: its start and end along the rows, and its widths there. */
export interface Ribbon {
  readonly source: number;
  readonly target: number;
  readonly weight: number;
  readonly from: readonly [start: number, end: number];
  readonly to: readonly [start: number, end: number];
}

/** Smaller weights are not drawn. */
const least = 0.02;

/**
 * Lays ribbons out so that their ends do not overlap. At a target word each ribbon takes the share of its weight, in
 * the order of the source. At a source word whose weights sum to more than 1, the shares are scaled down to fit.
 * `weights` are [targets, sources].
 */
export function ribbonsOf(
  weights: ArrayLike<number>,
  sources: readonly WordBox[],
  targets: readonly WordBox[],
): Ribbon[] {
  const at = (target: number, source: number) => weights[target * sources.length + source]!;
  const totals = sources.map((_, source) => targets.reduce((sum, _word, target) => sum + at(target, source), 0));
  const [used, taken] = [sources.map(() => 0), targets.map(() => 0)];
  const ribbons: Ribbon[] = [];
  for (const [target, to] of targets.entries())
    for (const [source, from] of sources.entries()) {
      const weight = at(target, source);
      const span = (box: WordBox, offset: number, share: number): readonly [number, number] => {
        const start = box.along + offset * box.size;
        return [start, start + share * box.size];
      };
      const share = weight / Math.max(1, totals[source]!);
      if (weight >= least)
        ribbons.push({
          source,
          target,
          weight,
          from: span(from, used[source]!, share),
          to: span(to, taken[target]!, weight),
        });
      used[source]! += share;
      taken[target]! += weight;
    }
  return ribbons;
}

/** The outline of a ribbon as an SVG path, for rows one above the other, or, if `upright`, side by side. */
export function outline(
  { from: [a, b], to: [c, d] }: Ribbon,
  sourceEdge: number,
  targetEdge: number,
  upright: boolean,
): string {
  const middle = (sourceEdge + targetEdge) / 2;
  const point = (along: number, across: number) =>
    upright ? `${round(across)} ${round(along)}` : `${round(along)} ${round(across)}`;
  const curve = (start: number, end: number, to: number) =>
    `C${point(start, middle)} ${point(end, middle)} ${point(end, to)}`;
  return `M${point(a, sourceEdge)}${curve(a, c, targetEdge)}L${point(d, targetEdge)}${curve(d, b, sourceEdge)}Z`;
}

const round = (value: number) => Math.round(value * 10) / 10;
