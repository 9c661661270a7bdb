import { byId, make, on, prefersStill, reportFailure } from '@residual/appkit';
import { Chart, formatLoss } from '@residual/appkit/chart';
import { controls, share } from './controls.js';
import { FlowDrawing } from './flow-drawing.js';
import { flowRun } from './flow-run.js';
import { type FlowPart, partSentence, type Stage, say, sayTarget, stageSentence, stages } from './flow-words.js';
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
/** The pause after a step of the drawing in milliseconds: at first, and the shortest one, to which playing speeds up. */
const pause = { first: 700, least: 90, perUpdate: 0.8 } as const;

/** Wires backpropagation on a net of a few neurons: forward, loss, backward, update, one stage at a time or played. */
export function backpropView(): View {
  const run = flowRun(trainingWorker(), examples);
  const chart = new Chart(byId('backprop-chart'), 'Mean loss of the four examples', [
    { label: 'mean loss', colour: '--residual-accent', width: 2 },
  ]);
  const [play, next] = [byId<HTMLButtonElement>('backprop-play'), byId<HTMLButtonElement>('backprop-step')];
  let [progress, stage, isPlaying]: [number, Stage, boolean] = [0, 'forward', false];
  let chosen: FlowPart | undefined;
  let isBusy = false;
  const drawing = new FlowDrawing(byId('backprop-net'), part => {
    chosen = part;
    sayPart();
  });

  const sayPart = () => {
    byId('backprop-part').textContent = chosen && run.flow ? partSentence(chosen, run.flow, progress >= 6) : '';
  };
  const draw = () => {
    if (!run.flow) return;
    drawing.show(run.flow, { progress, numbers: controls().numbers });
    sayPart();
  };
  const showAnswers = () => {
    const rows = [...byId('backprop-examples').querySelectorAll('tbody tr')];
    for (const [i, row] of rows.entries()) {
      row.classList.toggle('current', examples[i] === run.flow?.example);
      row.lastElementChild!.textContent = say(run.answers[i] ?? Number.NaN);
    }
    byId('backprop-figures').textContent = `${run.updates} updates · mean loss ${formatLoss(run.meanLoss)}`;
    chart.add(run.updates, [run.meanLoss]);
  };
  const showButtons = () => {
    next.textContent = `Next: ${stage}`;
    play.textContent = isPlaying ? 'Pause' : 'Play';
  };
  const wait = async () => {
    const faster = isPlaying ? Math.max(pause.least, pause.first * pause.perUpdate ** run.updates) : pause.first / 2;
    if (!prefersStill()) await new Promise(resolve => setTimeout(resolve, faster));
  };

  /** Goes one stage on. */
  const advance = async () => {
    const done = stage;
    const { flow } = run;
    if (!flow) return;
    const tell = () => {
      const now = run.answers[examples.indexOf(flow.example as never)];
      byId('backprop-status').textContent = stageSentence(done, flow, now);
    };
    if (done === 'update') await run.update();
    tell();
    for (const to of progressOf[done]) {
      progress = to;
      draw();
      if (done === 'update') showAnswers();
      await wait();
    }
    stage = stages[(stages.indexOf(done) + 1) % stages.length]!;
    showButtons();
  };
  /** Runs something alone; what is asked meanwhile is dropped. */
  const alone = async (act: () => Promise<void>) => {
    if (isBusy) return;
    isBusy = true;
    try {
      await act();
    } finally {
      isBusy = false;
    }
  };
  const loop = async () => {
    while (isPlaying && !byId('panel-backprop').hidden) {
      await alone(advance);
      if (run.meanLoss < knownLoss && stage === 'forward') {
        isPlaying = false;
        byId('backprop-status').textContent =
          `Learned: after ${run.updates} updates all four answers are right, with a mean loss of ` +
          `${formatLoss(run.meanLoss)}.`;
      }
    }
    isPlaying = false;
    showButtons();
  };
  const setPlaying = (isNow: boolean) => {
    isPlaying = isNow;
    showButtons();
    if (isNow) reportFailure(loop());
  };
  const begin = async () => {
    chart.clear();
    await run.start();
    [progress, stage] = [0, 'forward'];
    draw();
    showAnswers();
    showButtons();
  };

  byId('backprop-examples')
    .querySelector('tbody')!
    .replaceChildren(
      ...examples.map(([a, b, target]) =>
        make(
          'tr',
          {},
          make('td', {}, `${sayTarget(a)}, ${sayTarget(b)}`),
          make('td', {}, sayTarget(target)),
          make('td', {}, '–'),
        ),
      ),
    );
  on('backprop-form', 'submit', () => setPlaying(!isPlaying));
  on('backprop-step', 'click', async () => {
    isPlaying = false;
    await alone(advance);
  });
  on('backprop-many', 'click', () =>
    alone(async () => {
      isPlaying = false;
      for (let i = 0; i < 100; i++) await run.update();
      [progress, stage] = [0, 'forward'];
      draw();
      showAnswers();
      showButtons();
      byId('backprop-status').textContent = `100 updates later the mean loss is ${formatLoss(run.meanLoss)}.`;
    }),
  );
  const again = () => alone(begin);
  on('backprop-again', 'click', again);
  for (const id of ['flowHidden', 'flowSeed'])
    on(id, 'change', () => {
      share();
      return again();
    });
  byId('flowRate').addEventListener('input', () => run.setRate(controls().flowRate));
  byId('numbers').addEventListener('change', draw);
  return {
    open: () => {
      if (run.flow) return;
      reportFailure(alone(begin).then(() => setPlaying(!prefersStill())));
    },
  };
}
