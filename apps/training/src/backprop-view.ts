import { byId, fixed, on, prefersStill, reportFailure } from '@residual/appkit';
import { controls, share } from './controls.js';
import { answersView } from './flow-answers.js';
import { FlowDrawing } from './flow-drawing.js';
import { flowRun } from './flow-run.js';
import { type FlowPart, partSentence, type Stage, stageSentence, stages } from './flow-words.js';
import { player } from './player.js';
import { trainingWorker } from './trainer.js';
import type { View } from './view.js';

/** The examples of exclusive or: two inputs and the target. */
const examples = [
  [1, -1, 1],
  [-1, -1, -1],
  [-1, 1, 1],
  [1, 1, -1],
] as const;

/** The steps of the drawing in each stage. */
const progressOf: Readonly<Record<Stage, readonly number[]>> = {
  forward: [1, 2],
  loss: [3],
  backward: [4, 5, 6],
  update: [0],
};
/** With a smaller mean loss the net knows its examples. */
const knownLoss = 1e-3;
/** The milliseconds after a step of the drawing: at first, and at least, since playing speeds up. */
const pause = { first: 700, least: 90, perUpdate: 0.8 } as const;

/** Wires backpropagation on a net of a few neurons: forward, loss, backward, update, one stage at a time or played. */
export function backpropView(): View {
  const run = flowRun(trainingWorker(), examples);
  const answers = answersView(examples);
  let [progress, stage]: [number, Stage] = [0, 'forward'];
  let chosen: FlowPart | undefined;
  let hasBegun = false;
  const tell = (sentence: string) => {
    byId('backprop-status').textContent = sentence;
  };
  const sayPart = () => {
    byId('backprop-part').textContent = chosen && run.flow ? partSentence(chosen, run.flow, progress >= 6) : '';
  };
  const drawing = new FlowDrawing(byId('backprop-net'), part => {
    chosen = part;
    sayPart();
  });
  const draw = () => {
    if (!run.flow) return;
    drawing.show(run.flow, { progress, numbers: controls().numbers });
    sayPart();
  };
  const showButtons = () => {
    byId('backprop-step').textContent = `Next: ${stage}`;
    byId('backprop-play').textContent = playing.isPlaying ? 'Pause' : 'Play';
  };
  const wait = async () => {
    const speed = Math.max(pause.least, pause.first * pause.perUpdate ** run.updates);
    const milliseconds = playing.isPlaying ? speed : pause.first / 2;
    if (!prefersStill()) await new Promise(resolve => setTimeout(resolve, milliseconds));
  };
  /** Goes one stage on. */
  const advance = async () => {
    const done = stage;
    const { flow } = run;
    if (!flow) throw new Error('The net could not be started.');
    if (done === 'update') await run.update();
    tell(stageSentence(done, flow, run.answers[examples.indexOf(flow.example as never)]));
    for (const to of progressOf[done]) {
      progress = to;
      draw();
      if (done === 'update') answers.show(run);
      await wait();
    }
    stage = stages[(stages.indexOf(done) + 1) % stages.length]!;
    showButtons();
  };
  const playing = player(
    async () => {
      await advance();
      if (run.meanLoss >= knownLoss || stage !== 'forward') return;
      playing.isPlaying = false;
      const mean = fixed(run.meanLoss, 4);
      tell(`Learned: after ${run.updates} updates all four answers are right, with a mean loss of ${mean}.`);
    },
    { isVisible: () => !byId('panel-backprop').hidden, changed: () => showButtons() },
  );
  /** Shows the net before its next example. */
  const showNext = () => {
    [progress, stage] = [0, 'forward'];
    draw();
    answers.show(run);
    showButtons();
  };
  const begin = async () => {
    answers.clear();
    chosen = undefined;
    await run.start();
    showNext();
  };
  const many = async () => {
    playing.isPlaying = false;
    await run.update(100);
    showNext();
    tell(`100 updates later the mean loss is ${fixed(run.meanLoss, 4)}.`);
  };

  on('backprop-form', 'submit', () => playing.play(!playing.isPlaying));
  on('backprop-step', 'click', () => {
    playing.isPlaying = false;
    return playing.queue(advance);
  });
  on('backprop-many', 'click', () => playing.queue(many));
  on('backprop-again', 'click', () => playing.queue(begin));
  for (const id of ['flowHidden', 'flowSeed'])
    on(id, 'change', () => {
      share();
      return playing.queue(begin);
    });
  byId('flowRate').addEventListener('input', () => run.setRate(controls().flowRate));
  byId('numbers').addEventListener('change', draw);
  return {
    open: () => {
      if (hasBegun) return playing.play(playing.isPlaying); // goes on where it was left
      hasBegun = true;
      reportFailure(playing.queue(begin));
      playing.play(!prefersStill());
    },
  };
}
