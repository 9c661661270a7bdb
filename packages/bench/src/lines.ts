import type { Measurement } from './measure.js';
import type { SubjectName } from './subject-runner.js';
import { digits } from './table.js';

/** One line of the table: a quantity, our value, the value of a peer, and their ratio. */
export interface Line {
  readonly what: string;
  readonly unit: string;
  readonly ourValue: number;
  readonly peer: string;
  readonly peerValue: number;
  /** Our value divided by the peer's: below 1 is better. */
  readonly ratio: number;
  /** The highest ratio that meets the goal, where there is a goal. */
  readonly goal?: number;
}

/** Goals by quantity and peer: the highest ratio that meets each. */
export type Goals = Readonly<Record<string, number>>;

const quantities = [
  { key: 'decode', what: 'decode, ms a token', unit: 'ms', scale: 1 },
  { key: 'prefill', what: 'prefill, ms', unit: 'ms', scale: 1 },
  { key: 'load', what: 'load, s', unit: 's', scale: 1e-3 },
  { key: 'peak', what: 'peak memory, MB', unit: 'MB', scale: 1e-6 },
] as const;

/** The lines of one part: each quantity compared with each peer. */
export function linesOf(
  title: string,
  measurements: ReadonlyMap<SubjectName, Measurement>,
  only: readonly (keyof Measurement)[],
  goals: Goals,
): Line[] {
  const ourMeasurement = measurements.get('residual')!;
  const peers = [...measurements].filter(([name]) => name !== 'residual');
  return quantities
    .filter(({ key }) => only.includes(key))
    .flatMap(({ key, what, unit, scale }) =>
      peers.flatMap(([peer, peerMeasurement]) => {
        const [ourValue, peerValue] = [ourMeasurement[key], peerMeasurement[key]];
        if (ourValue === undefined || peerValue === undefined) return [];
        const goal = goals[`${key} ${peer}`];
        const line = {
          what: `${title}: ${what}`,
          unit,
          ourValue: ourValue * scale,
          peer,
          peerValue: peerValue * scale,
        };
        return [{ ...line, ratio: ourValue / peerValue, ...(goal !== undefined && { goal }) }];
      }),
    );
}

/** The header and the lines as cells. */
export function cellsOf(lines: readonly Line[]): string[][] {
  const verdict = ({ ratio, goal }: Line) =>
    goal === undefined ? '' : `at most ${goal}${ratio <= goal ? '' : ': MISSED'}`;
  return [
    ['', 'ours', 'peer value', 'peer', 'ours / peer', 'goal'],
    ...lines.map(line => [
      line.what,
      digits(line.ourValue),
      digits(line.peerValue),
      line.peer,
      line.ratio.toFixed(2),
      verdict(line),
    ]),
  ];
}
