import { byId, nextFrame, perFrame, prefersStill, reportFailure, writeControls } from '@residual/appkit';
import { Chart, formatLoss } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
import { chips } from './chips.js';
import { controls, set, share } from './controls.js';
import { leastSquares } from './least-squares.js';
import { type Line, lineGround } from './line-ground.js';
import { Plane, planeBounds } from './plane.js';
import { pointsFrom, textOf } from './points.js';
import { runPanel } from './run-panel.js';
import { preset } from './settings.js';
import type { TrainingWorker } from './trainer.js';
import type { View } from './view.js';
import type { FitRequests, FitSnapshot } from './work/fitting.js';

/** With a smaller gradient norm the line does not visibly move. */
const settledGradient = 2e-3;
const steps = 100_000;
/** Frames for each step, so that single steps are seen. */
const framesPerStep = 2;
const rates = [
  ['Careful steps', 0.006],
  ['Good steps', preset.lineRate],
  ['Steps that zigzag', 0.12],
  ['Far too large', 0.2],
] as const;

/** Wires a line that follows its points by gradient descent, as a ball that rolls over the ground of all lines. */
export function lineView(work: () => Promise<TrainingWorker>): View {
  const lines = [
    { label: 'loss', colour: '--residual-accent', width: 2 },
    { label: 'the formula', colour: '--residual-muted', width: 1 },
  ];
  const chart = new Chart(byId('line-chart'), 'Loss of the line', lines);
  const rows = () => plane.points.map(({ x, y }) => [x, y]);
  let closed = leastSquares([]);
  let line: Line = [0, 0];

  const plane = new Plane(byId('line-plane'), 'Points to fit; arrow keys move one, Delete removes it', points => {
    writeControls({ linePoints: textOf(points) });
    share();
    survey();
    update();
  });
  /** Lets a run go on with what has changed. */
  const update = perFrame(() => {
    if (!panel.job) return;
    reportFailure(panel.job.ask('examples', rows()));
    if (panel.isRunning) panel.resume();
  });
  const ground = lineGround(place => {
    const [lineSlope, lineIntercept] = place.map(value => Math.round(value * 100) / 100) as [number, number];
    set({ lineSlope, lineIntercept });
    ground.restart();
    draw([lineSlope, lineIntercept]);
    roll();
  });
  /** Puts the ball where the settings say, and lets it roll. */
  const roll = perFrame(() => {
    if (!panel.job || !panel.isRunning) return reportFailure(panel.start());
    reportFailure(panel.job.ask('place', startOf()));
    panel.resume();
  });

  const draw = (next: Line) => {
    line = next;
    const [slope, intercept] = line;
    say('fitted', slope, intercept, closed.lossOf(slope, intercept));
    const at = (x: number) => slope * x + intercept;
    const across = (y: (x: number) => number) => [-planeBounds.x, planeBounds.x].map(x => [x, y(x)] as const);
    plane.draw([
      ...plane.points.map(({ x, y }) => ({ name: 'gap', through: [[x, y] as const, [x, at(x)] as const] })),
      { name: 'closed', through: across(x => closed.slope * x + closed.intercept) },
      { name: 'fitted', through: across(at) },
    ]);
    ground.show(line);
  };
  const survey = () => {
    closed = leastSquares(plane.points.map(({ x, y }) => [x, y]));
    say('closed', closed.slope, closed.intercept, closed.loss);
    ground.survey(closed);
    draw(line);
  };

  const panel = runPanel<RemoteTraining<FitRequests>>('line', {
    start: async signal => {
      const { lineRate: learningRate, backend } = controls();
      const { trainer } = await work();
      chart.clear();
      ground.restart();
      const shape = { inputs: 1, hidden: 0, optimizer: 'sgd' } as const;
      const settings = { ...shape, examples: rows(), start: startOf(), learningRate, steps, seed: 0, backend };
      return trainer.start('fit', settings, { signal });
    },
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      const snapshot = await job.ask('snapshot', new Float32Array(1));
      chart.add(event.step, [event.loss, closed.loss]);
      for (let frame = 0; frame < framesPerStep; frame++) await nextFrame();
      draw(lineOf(snapshot));
      if (event.gradientNorm < settledGradient)
        panel.pause('The ball lies at the bottom. Move a point, or put the ball somewhere else.');
    },
  });

  const mark = chips('line-rates', rates, rate => {
    set({ lineRate: rate });
    mark(rate);
    ground.restart();
    if (panel.isRunning) panel.setRate(rate);
    roll();
  });
  const restore = () => {
    const { linePoints, lineSlope, lineIntercept, lineRate } = controls();
    plane.points = pointsFrom(linePoints) ?? pointsFrom(preset.linePoints)!;
    line = [lineSlope, lineIntercept];
    mark(lineRate);
    survey();
  };
  byId('lineRate').addEventListener('input', () => mark(controls().lineRate));
  addEventListener('hashchange', restore);
  restore();
  return {
    open: () => {
      if (!panel.job && !panel.isRunning && !prefersStill()) reportFailure(panel.start());
    },
  };
}

/** The weights of the line at the start. */
const startOf = () => ({ weight: [controls().lineSlope], bias: [controls().lineIntercept] });

const lineOf = ({ weights }: FitSnapshot): Line => [weights.weight![0]!, weights.bias![0]!];

/** Shows a line and its loss in the row of the table with this name. */
function say(name: string, slope: number, intercept: number, loss: number): void {
  const cells = byId(`line-${name}`).querySelectorAll('td');
  for (const [i, value] of [slope, intercept, loss].entries()) cells[i]!.textContent = formatLoss(value);
}
