import type { SubjectName } from './machine.js';
import type { Measured } from './measure.js';
import { digits } from './table.js';

/** One line of the table: what was measured, ours, a peer's, and how they compare. */
export interface Line {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer: string;
  readonly theirs: number;
  /** Ours divided by the peer's: below 1 is better. */
  readonly ratio: number;
  /** What the ratio may be at most, where something was promised. */
  readonly reach?: number;
}

/** What was promised, by shape, quantity and peer. */
export type Reach = Readonly<Record<string, number>>;

const quantities = [
  { key: 'decode', what: 'decode, ms a token', unit: 'ms', scale: 1 },
  { key: 'prefill', what: 'prefill, ms', unit: 'ms', scale: 1 },
  { key: 'load', what: 'load, s', unit: 's', scale: 1e-3 },
  { key: 'peak', what: 'peak memory, MB', unit: 'MB', scale: 1e-6 },
] as const;

/** The lines of one part: each quantity beside each peer. */
export function linesOf(
  title: string,
  measured: ReadonlyMap<SubjectName, Measured>,
  only: readonly (keyof Measured)[],
  reach: Reach,
): Line[] {
  const ours = measured.get('residual')!;
  const peers = [...measured].filter(([name]) => name !== 'residual');
  return quantities
    .filter(({ key }) => only.includes(key))
    .flatMap(({ key, what, unit, scale }) =>
      peers.flatMap(([peer, theirs]) => {
        const [mine, other] = [ours[key], theirs[key]];
        if (mine === undefined || other === undefined) return [];
        const promised = reach[`${key} ${peer}`];
        const line = { what: `${title}: ${what}`, unit, ours: mine * scale, peer, theirs: other * scale };
        return [{ ...line, ratio: mine / other, ...(promised !== undefined && { reach: promised }) }];
      }),
    );
}

/** Heads and lines as cells. */
export function cellsOf(lines: readonly Line[]): string[][] {
  const verdict = ({ ratio, reach }: Line) =>
    reach === undefined ? '' : `at most ${reach}: ${ratio <= reach ? 'reached' : 'MISSED'}`;
  return [
    ['', 'ours', 'theirs', 'peer', 'ours / theirs', 'to reach'],
    ...lines.map(line => [
      line.what,
      digits(line.ours),
      digits(line.theirs),
      line.peer,
      line.ratio.toFixed(2),
      verdict(line),
    ]),
  ];
}
