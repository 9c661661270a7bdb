import { byId, chips, nextFrame, on, perFrame, prefersStill, reportFailure, writeControls } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
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

  const draw = (snapshot: FitSnapshot) => {
    if (isPlane()) {
      plane.draw([]);
      return plane.shade(snapshot.outputs);
    }
    plane.draw(curvesOf(snapshot, curvePoints));
  };

  const ground = groundSurveys();
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
      draw(await job.ask('snapshot', samplePoints()));
      await ground.first(job);
      return 0;
    },
    onEnd: ground.measure,
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      chart.add(event.step, [event.loss]);
      await ground.measureIfDue(job);
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
    if (panel.job) reportFailure(ground.first(panel.job));
  });
  addEventListener('hashchange', restore);
  restore();
  return {
    open: () => {
      if (!panel.job && !panel.isRunning) start();
    },
  };
}

/** What each neuron adds, and the sum, as curves through points. */
function curvesOf({ outputs, hidden, weights }: FitSnapshot, points: Float32Array) {
  const down = weights['down.weight']!;
  const through = (value: (i: number) => number) => Array.from(points, (x, i) => [x, value(i)] as const);
  const parts = down.length > maxParts ? [] : [...down.keys()];
  return [
    ...parts.map(n => ({ name: 'part', through: through(i => down[n]! * hidden[i * down.length + n]!) })),
    { name: 'fitted', through: through(i => outputs[i]!) },
  ];
}

/** Measures the ground around the weights of a run again and again, and shows it. */
function groundSurveys() {
  const ground = centredGround('net-ground', 'The ground around the weights', Math.sqrt);
  let [highest, nextTime]: [number | undefined, number] = [undefined, 0];
  const measure = async (job: RemoteTraining<FitRequests>) => {
    const startTime = performance.now();
    nextTime = Number.POSITIVE_INFINITY; // one at a time
    const landscape = await job.ask('survey', { ...survey, seed: controls().groundSeed });
    ({ highest } = ground.show(landscape, highest));
    const duration = performance.now() - startTime;
    nextTime = performance.now() + Math.max(surveyPause.least, surveyPause.times * duration);
  };
  return {
    measure,
    /** Measures the first ground of a run, whose height is that of all others. */
    first: (job: RemoteTraining<FitRequests>) => {
      highest = undefined;
      return measure(job);
    },
    measureIfDue: async (job: RemoteTraining<FitRequests>) => {
      if (performance.now() > nextTime) await measure(job);
    },
  };
}
