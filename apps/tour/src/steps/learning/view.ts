import { attempt, fixed, grouped, make, prefersStill, singleRun, watchSight } from '@residual/appkit';
import { connectTraining } from '@residual/train/worker';
import type { Look, MakeView } from '../../frame/step.js';
import type { Settings } from '../../settings.js';
import type { jobs } from './jobs.js';
import { lossCurve } from './loss-curve.js';

/** The number of steps of a run, and of those between two samples. */
const [steps, stride] = [120, 4];

/** A tiny model learns the sentence: its loss falls, and what it writes turns into the sentence. */
export const view: MakeView = (place, { state, worker }) => {
  const trainer = connectTraining<typeof jobs>(worker);
  const runs = singleRun();
  const [sample, curve] = [make('p', { className: 'sample', id: 'learning-sample' }), lossCurve()];
  const progress = make('p', { className: 'figures' });
  const status = make('p', { className: 'answer', id: 'learning-status', role: 'status' });
  let slid: number | undefined;
  const { form, button, showRate } = controlsOf(rate => {
    slid = rate;
    state.set({ learningRate: rate });
  });
  const more = make('p', { className: 'note' }, 'A line, a perceptron and a whole GPT learn in ');
  more.append(make('a', { href: '../training/' }, 'From a line to GPT'), '.');
  place.append(
    sample,
    make('div', { className: 'two' }, curve.element, make('div', { className: 'side' }, form, progress, status, more)),
  );
  let look: Look | undefined;

  const learn = ({ settings, tokens }: Look) =>
    runs.start(async signal => {
      button.textContent = 'Stop';
      const { learningRate, learningSeed: seed } = settings;
      let done = 0;
      const job = trainer.start('sentence', { sentence: tokens.text, learningRate, seed, steps }, { signal });
      try {
        const showSample = async () => showWritten(sample, await job.ask('sample'), tokens.text);
        const { parameters, characters } = await job.ask('facts');
        curve.begin(Math.log(characters));
        await showSample();
        let last = 0;
        for await (const event of job) {
          if (event.type !== 'step') continue;
          [last, done] = [event.loss, event.step];
          curve.add(event.loss);
          progress.textContent = `Step ${event.step} of ${steps}: loss ${fixed(event.loss, 3)}.`;
          if (event.step % stride === 0) await showSample();
        }
        await showSample();
        status.textContent =
          `${grouped(parameters)} weights took ${steps} steps; the loss ended at ${fixed(last, 3)}, and pure ` +
          `guessing among ${characters} letters and signs costs ${fixed(Math.log(characters), 3)}.`;
      } catch (error) {
        if (!signal.aborted) throw error;
        status.textContent = `Stopped after ${done} of ${steps} steps. Press the button to start again.`;
      } finally {
        button.textContent = 'Learn this sentence';
        await job.dispose();
      }
    });
  // It begins by itself at first sight, and for each preset.
  const isPreset = (before: Settings, now: Settings) =>
    before.learningSeed !== now.learningSeed || (before.learningRate !== now.learningRate && now.learningRate !== slid);
  let [isInSight, isNew] = [false, !prefersStill()];
  const begin = () => {
    if (!isInSight || !isNew || !look) return;
    isNew = false;
    attempt(() => learn(look!));
  };
  const see = (isNow: boolean) => {
    isInSight = isNow;
    begin();
  };
  watchSight(place, see, { threshold: 0.5 });
  watchSight(place, isNow => isNow || attempt(() => runs.end()));
  form.addEventListener('submit', event => {
    event.preventDefault();
    attempt(() => (runs.isRunning ? runs.end() : look && learn(look)));
  });
  return async next => {
    if (look && isPreset(look.settings, next.settings) && !prefersStill()) isNew = true;
    look = next;
    showRate(next.settings.learningRate);
    await runs.end();
    curve.clear();
    showWritten(sample, '', next.tokens.text);
    [progress.textContent, status.textContent] = ['', ''];
    begin();
  };
};

/** Shows what is written; each character that differs from the sentence is marked. */
function showWritten(sample: HTMLElement, written: string, sentence: string): void {
  const [is, should] = [[...written], [...sentence]];
  sample.replaceChildren(
    ...should.map((character, i) => {
      const name = is[i] === undefined ? 'missing' : is[i] === character ? 'right' : 'wrong';
      return make('span', { className: name }, is[i] ?? character);
    }),
  );
  const right = should.filter((character, i) => is[i] === character).length;
  sample.setAttribute('aria-description', `${right} of ${should.length} characters are right`);
}

/** The learning rate by its logarithm, and the button. */
function controlsOf(choose: (rate: number) => void) {
  const [low, high] = [0.0003, 0.3];
  const slider = make('input', { type: 'range', id: 'learningRate', min: '0', max: '100' });
  const value = make('output', { className: 'figure' });
  const help = make('small', { id: 'learningRate-help' });
  help.textContent = 'How far each step goes. Too small, and nothing happens; too large, and it never settles.';
  slider.setAttribute('aria-describedby', help.id);
  slider.addEventListener('input', () => {
    choose(Number((low * (high / low) ** (Number(slider.value) / 100)).toPrecision(2)));
  });
  const button = make('button', { type: 'submit', id: 'learn' }, 'Learn this sentence');
  button.setAttribute('aria-describedby', help.id);
  const label = make('label', {}, make('span', {}, 'Learning rate ', value), slider, help);
  return {
    form: make('form', {}, label, make('div', { className: 'buttons' }, button)),
    button,
    showRate: (rate: number): void => {
      slider.value = String(Math.round((100 * Math.log(rate / low)) / Math.log(high / low)));
      slider.setAttribute('aria-valuetext', String(rate));
      value.textContent = String(rate);
    },
  };
}
