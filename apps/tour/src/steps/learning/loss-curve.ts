import { make } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';

/** What a curve is about. */
export interface LossCurveWords {
  readonly caption: string;
  /** What has the loss of the second line. */
  readonly baseline: string;
}

const guessing = { caption: 'The loss, step by step; the lower, the less surprise.', baseline: 'pure guessing' };

/** The loss by step, below the loss of something that has learned nothing. */
export function lossCurve({ caption, baseline }: LossCurveWords = guessing) {
  const place = make('div', { className: 'chart' });
  const chart = new Chart(place, 'The loss', [
    { label: 'loss', colour: '--residual-accent', width: 2.5 },
    { label: baseline, colour: '--residual-muted', width: 1 },
  ]);
  let [step, base] = [0, 0];
  return {
    element: make('div', {}, place, make('p', { className: 'note' }, caption)),
    /** Starts an empty curve, with the loss of what has learned nothing. */
    begin: (loss: number): void => {
      chart.clear();
      [step, base] = [0, loss];
      chart.add(0, [null, loss]);
    },
    add: (loss: number): void => chart.add(++step, [loss, base]),
    clear: (): void => chart.clear(),
  };
}
