import type { TrainingEvent } from '@residual/train';
import type { RemoteTraining } from '@residual/train/worker';
import { controls } from './controls.js';
import type { Flow } from './flow-words.js';
import type { TrainingWorker } from './trainer.js';
import type { FitRequests } from './work/fitting.js';

const steps = 1e6;

/** The training of a small net, one example and one update at a time. */
export interface FlowRun {
  /** The example that is next, with its values and gradients before its update. */
  readonly flow: Flow | undefined;
  /** The answers to all examples, and the mean of the losses. */
  readonly answers: ArrayLike<number>;
  readonly meanLoss: number;
  readonly updates: number;
  /** Begins with new weights. */
  start(): Promise<void>;
  /** Lets the weights learn from the example, and goes on to the next one. */
  update(): Promise<void>;
  setRate(rate: number): void;
}

/** Makes a `FlowRun` on examples: two inputs and a target each. */
export function flowRun(work: () => Promise<TrainingWorker>, examples: readonly (readonly number[])[]): FlowRun {
  let job: RemoteTraining<FitRequests> | undefined;
  let events: AsyncIterator<TrainingEvent> | undefined;
  let [flow, answers, updates]: [Flow | undefined, ArrayLike<number>, number] = [undefined, [], 0];
  const points = Float32Array.from(examples.flatMap(example => example.slice(0, 2)));

  const look = async () => {
    const example = examples[updates % examples.length]!;
    const [found, { outputs }] = await Promise.all([job!.ask('backward', example), job!.ask('snapshot', points)]);
    answers = outputs;
    flow = { ...found, example, learningRate: controls().flowRate };
  };
  return {
    get flow() {
      return flow;
    },
    get answers() {
      return answers;
    },
    get meanLoss() {
      const squares = examples.map((example, i) => (answers[i]! - example[2]!) ** 2);
      return squares.reduce((sum, square) => sum + square, 0) / examples.length;
    },
    get updates() {
      return updates;
    },
    start: async () => {
      const { flowHidden: hidden, flowRate: learningRate, flowSeed: seed, backend } = controls();
      if (!(Number.isInteger(hidden) && hidden >= 1 && hidden <= 8))
        throw new RangeError(`The hidden layer has ${hidden} neurons; it must be a whole number from 1 to 8.`);
      const { trainer } = await work();
      await job?.dispose();
      const shape = { inputs: 2, hidden, optimizer: 'sgd', examples: [examples[0]!] } as const;
      job = trainer.start('fit', { ...shape, learningRate, steps, seed, backend });
      events = job[Symbol.asyncIterator]();
      updates = 0;
      await look();
    },
    update: async () => {
      if (!job || !events || !flow) return;
      await job.ask('examples', [flow.example]);
      await events.next();
      updates++;
      await look();
    },
    setRate: rate => {
      if (job && rate >= 0) job.learningRate = rate;
    },
  };
}
