import { byId, nextFrame, on, perFrame, reportFailure, writeControls } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
import { controls, set, share } from './controls.js';
import { fieldPoints, Plane, planeBounds } from './plane.js';
import { pointsFrom, shapes, textOf } from './points.js';
import { runPanel } from './run-panel.js';
import { trainingWorker } from './trainer.js';
import type { FitRequests, FitSnapshot } from './work/fitting.js';

const steps = 6000;
/** Steps for each frame. */
const stepsPerFrame = 10;
/** The largest number of neurons whose contributions are drawn. */
const maxParts = 16;

/** Wires a multilayer perceptron that fits a curve through points, or separates two classes of the plane. */
export function netView(): void {
  const work = trainingWorker();
  const chart = new Chart(byId('net-chart'), 'Loss of the perceptron', [
    { label: 'loss', colour: '--residual-accent', width: 2 },
  ]);
  const curvePoints = Float32Array.from({ length: 101 }, (_, i) => -planeBounds.x + (2 * planeBounds.x * i) / 100);
  const gridPoints = fieldPoints();
  const isPlane = () => plane.points[0]?.kind !== undefined;
  const samplePoints = () => (isPlane() ? gridPoints : curvePoints);
  const rows = () => plane.points.map(({ x, y, kind }) => (kind === undefined ? [x, y] : [x, y, kind]));

  const plane = new Plane(
    byId('net-plane'),
    'Points to fit; arrow keys move one, Delete removes it, Space changes its class',
    points => {
      writeControls({ netPoints: textOf(points) });
      share();
      update();
    },
  );
  const update = perFrame(() => {
    if (panel.isRunning && panel.job) reportFailure(panel.job.ask('examples', rows()));
  });

  const draw = ({ outputs, hidden, weights }: FitSnapshot) => {
    if (isPlane()) {
      plane.draw([]);
      return plane.shade(outputs);
    }
    const down = weights['down.weight']!;
    const through = (value: (i: number) => number) => Array.from(curvePoints, (x, i) => [x, value(i)] as const);
    const parts = down.length > maxParts ? [] : [...down.keys()];
    plane.draw([
      ...parts.map(n => ({ name: 'part', through: through(i => down[n]! * hidden[i * down.length + n]!) })),
      { name: 'fitted', through: through(i => outputs[i]!) },
    ]);
  };

  const panel = runPanel<RemoteTraining<FitRequests>>('net', {
    start: async signal => {
      const { netRate: learningRate, netSeed: seed, hidden, backend } = controls();
      if (!(Number.isInteger(hidden) && hidden >= 1 && hidden <= 256))
        throw new RangeError(`The hidden layer has ${hidden} neurons; it must be a whole number from 1 to 256.`);
      const { trainer } = await work();
      chart.clear();
      const inputs = isPlane() ? 2 : 1;
      return trainer.start('fit', { examples: rows(), inputs, hidden, learningRate, steps, seed, backend }, { signal });
    },
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      chart.add(event.step, [event.loss]);
      if (event.step % stepsPerFrame !== 0 && event.step !== steps) return;
      const snapshot = await job.ask('snapshot', samplePoints());
      await nextFrame();
      draw(snapshot);
    },
  });

  const restore = async () => {
    const { shape, netPoints } = controls();
    await panel.stop();
    plane.shade();
    plane.draw([]);
    plane.points = pointsFrom(netPoints) ?? shapes[shape]();
  };
  on('shape', 'change', () => {
    set({ netPoints: '' });
    return restore();
  });
  byId('hidden').addEventListener('change', share);
  addEventListener('hashchange', restore);
  restore();
}
