import { byId, nextFrame, perFrame, reportFailure, writeControls } from '@residual/appkit';
import { Chart, formatLoss } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
import { controls, share } from './controls.js';
import { leastSquares } from './least-squares.js';
import { Plane, type PlanePoint, planeBounds } from './plane.js';
import { pointsFrom, textOf } from './points.js';
import { runPanel } from './run-panel.js';
import { preset } from './settings.js';
import type { TrainingWorker } from './trainer.js';
import type { FitRequests, FitSnapshot } from './work/fitting.js';

/** With a smaller gradient norm the line does not visibly move. */
const settledGradient = 2e-3;
const steps = 100_000;

/** Wires a line that follows its points by gradient descent, beside the line of the closed form. */
export function lineView(work: () => Promise<TrainingWorker>): void {
  const lines = [
    { label: 'loss', colour: '--residual-accent', width: 2 },
    { label: 'closed form', colour: '--residual-muted', width: 1 },
  ];
  const chart = new Chart(byId('line-chart'), 'Loss of the line', lines);
  const rows = () => plane.points.map(({ x, y }) => [x, y]);
  const closed = () => leastSquares(plane.points.map(({ x, y }) => [x, y]));

  const plane = new Plane(byId('line-plane'), 'Points to fit; arrow keys move one, Delete removes it', points => {
    writeControls({ linePoints: textOf(points) });
    share();
    draw();
    update();
  });
  const update = perFrame(() => {
    if (!panel.job) return;
    reportFailure(panel.job.ask('examples', rows()));
    if (panel.isRunning) panel.resume();
  });
  let snapshot: FitSnapshot | undefined;

  const draw = () => {
    const { slope, intercept, loss } = closed();
    say('closed', slope, intercept, loss);
    const across = (y: (x: number) => number) => [-planeBounds.x, planeBounds.x].map(x => [x, y(x)] as const);
    const curves = [{ name: 'closed', through: across(x => slope * x + intercept) }];
    const [w, b] = [snapshot?.weights.weight?.[0], snapshot?.weights.bias?.[0]];
    if (w === undefined || b === undefined) return plane.draw(curves);
    const fitted = (x: number) => w * x + b;
    say('fitted', w, b, meanSquare(plane.points, fitted));
    plane.draw([
      ...plane.points.map(({ x, y }) => ({ name: 'gap', through: [[x, y] as const, [x, fitted(x)] as const] })),
      ...curves,
      { name: 'fitted', through: across(fitted) },
    ]);
  };

  const panel = runPanel<RemoteTraining<FitRequests>>('line', {
    start: async signal => {
      const { lineRate: learningRate, lineSeed: seed, backend } = controls();
      const { trainer } = await work();
      chart.clear();
      return trainer.start(
        'fit',
        { examples: rows(), inputs: 1, hidden: 0, learningRate, steps, seed, backend },
        { signal },
      );
    },
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      chart.add(event.step, [event.loss, closed().loss]);
      snapshot = await job.ask('snapshot', new Float32Array(1));
      await nextFrame();
      draw();
      if (event.gradientNorm < settledGradient) panel.pause('Settled. Move a point to continue.');
    },
  });

  const restore = () => {
    plane.points = pointsFrom(controls().linePoints) ?? pointsFrom(preset.linePoints)!;
    draw();
  };
  addEventListener('hashchange', restore);
  restore();
}

function meanSquare(points: readonly PlanePoint[], at: (x: number) => number): number {
  return points.reduce((sum, { x, y }) => sum + (at(x) - y) ** 2, 0) / points.length;
}

/** Shows a line and its loss in the row of the table with this name. */
function say(name: string, slope: number, intercept: number, loss: number): void {
  const cells = byId(`line-${name}`).querySelectorAll('td');
  for (const [i, value] of [slope, intercept, loss].entries()) cells[i]!.textContent = formatLoss(value);
}
