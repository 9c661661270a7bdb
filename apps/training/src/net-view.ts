import { byId, nextFrame, on, perFrame, prefersStill, reportFailure, writeControls } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
import { chips } from './chips.js';
import { controls, set, share } from './controls.js';
import { centredGround } from './net-ground.js';
import { fieldPoints, Plane, planeBounds } from './plane.js';
import { pointsFrom, shapes, textOf } from './points.js';
import { runPanel } from './run-panel.js';
import type { Settings } from './settings.js';
import { trainingWorker } from './trainer.js';
import type { View } from './view.js';
import type { FitRequests, FitSnapshot } from './work/fitting.js';

const steps = 2000;
/** Steps for each frame. */
const stepsPerFrame = 10;
/** The ground: its points along each direction and its reach. */
const survey = { size: 17, radius: 0.7 } as const;
/** The pause between two grounds: at least so many milliseconds, and so many times the duration of a ground. */
const surveyPause = { least: 500, times: 3 } as const;
const shapeNames: readonly (readonly [label: string, shape: Settings['shape']])[] = [
  ['A wave', 'wave'],
  ['A step', 'step'],
  ['Exclusive or', 'xor'],
  ['Rings', 'rings'],
];
/** The largest number of neurons whose contributions are drawn. */
const maxParts = 16;

/** Wires a multilayer perceptron that fits a curve through points, or separates two classes of the plane. */
export function netView(): View {
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

  const ground = centredGround('net-ground', 'The ground around the weights', Math.sqrt);
  let [highest, nextSurvey]: [number | undefined, number] = [undefined, 0];
  /** Measures the ground around the weights; the height of the first one is that of all of a run. */
  const surveyGround = async (job: RemoteTraining<FitRequests>) => {
    const startTime = performance.now();
    nextSurvey = Number.POSITIVE_INFINITY; // one at a time
    const landscape = await job.ask('survey', { ...survey, seed: controls().groundSeed });
    ({ highest } = ground.show(landscape, highest));
    const duration = performance.now() - startTime;
    nextSurvey = performance.now() + Math.max(surveyPause.least, surveyPause.times * duration);
  };

  const panel = runPanel<RemoteTraining<FitRequests>>('net', {
    start: async signal => {
      const { netRate: learningRate, netSeed: seed, hidden, backend } = controls();
      if (!(Number.isInteger(hidden) && hidden >= 1 && hidden <= 256))
        throw new RangeError(`The hidden layer has ${hidden} neurons; it must be a whole number from 1 to 256.`);
      const { trainer } = await work();
      chart.clear();
      const shape = { inputs: isPlane() ? 2 : 1, hidden, optimizer: 'adam' } as const;
      return trainer.start('fit', { ...shape, examples: rows(), learningRate, steps, seed, backend }, { signal });
    },
    steps: () => steps,
    onStart: async job => {
      highest = undefined;
      draw(await job.ask('snapshot', samplePoints()));
      await surveyGround(job);
      return 0;
    },
    onEnd: surveyGround,
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      chart.add(event.step, [event.loss]);
      if (performance.now() > nextSurvey) await surveyGround(job);
      if (event.step % stepsPerFrame !== 0 && event.step !== steps) return;
      const snapshot = await job.ask('snapshot', samplePoints());
      await nextFrame();
      draw(snapshot);
    },
  });

  const start = () => {
    if (!prefersStill()) reportFailure(panel.start());
  };
  const restore = async () => {
    const { shape, netPoints } = controls();
    mark(shape);
    await panel.stop();
    plane.shade();
    plane.draw([]);
    plane.points = pointsFrom(netPoints) ?? shapes[shape]();
  };
  const choose = async (shape: Settings['shape']) => {
    set({ shape, netPoints: '' });
    await restore();
    start();
  };
  const mark = chips('net-shapes', shapeNames, shape => reportFailure(choose(shape)));
  on('shape', 'change', () => choose(controls().shape));
  byId('hidden').addEventListener('change', share);
  byId('groundSeed').addEventListener('change', () => {
    highest = undefined;
    if (panel.job) reportFailure(surveyGround(panel.job));
  });
  addEventListener('hashchange', restore);
  restore();
  return {
    open: () => {
      if (!panel.job && !panel.isRunning) start();
    },
  };
}
