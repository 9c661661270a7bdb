import { fixed, make, watchSight } from '@residual/appkit';
import { defineDistribution } from '@residual/elements';
import { fineUniformAt, sampler } from '@residual/sampling';
import type { Look, MakeView } from '../../frame/step.js';
import { maxCharacters } from '../../settings.js';
import type { Calls, NextLogits } from './calls.js';
import { drawControls } from './controls.js';
import { numberLine } from './number-line.js';

/** The number of tokens that have a bar. */
const shown = 10;
/** The text of the token that ends a story. */
const end = '<|endoftext|>';

/** The likeliest next tokens as bars, a temperature, and a draw that continues the sentence. */
export const view: MakeView = (place, tour) => {
  defineDistribution();
  const calls = tour.calls<Calls>('next');
  const bars = make('residual-distribution', { id: 'next-bars' });
  bars.setAttribute('label', 'What may come next');
  const line = numberLine();
  const status = make('p', { className: 'answer', id: 'next-status', role: 'status' });
  let draw: (() => Promise<void>) | undefined;
  let isWriting = false;
  /** The sentence that the last draw has written; with another one the writing ends. */
  let written: string | undefined;
  const controls = drawControls(tour.state, {
    draw: () => void draw?.(),
    write: () => {
      isWriting = !isWriting;
      if (isWriting) draw?.();
      else refresh();
    },
  });
  const side = make('div', { className: 'side' }, ...controls.elements, line.element, status);
  place.append(make('div', { className: 'two' }, bars, side));
  bars.addEventListener('residual-choice', ({ detail }) => append(detail.text));

  let refresh = () => {};
  const append = (text: string) => {
    if (text === end) {
      isWriting = false;
      status.textContent = 'The model says: here the story ends.';
      refresh();
    } else {
      written = latest!.tokens.text + text;
      tour.state.set({ sentence: written });
    }
  };
  let latest: Look | undefined;
  const leave = () => {
    isWriting = false;
    refresh();
  };
  watchSight(place, isInSight => isInSight || leave());
  return async look => {
    const isOther = look.tokens.text !== written;
    if (isOther && latest && look.tokens.text !== latest.tokens.text) isWriting = false;
    const [said, vocabulary] = await Promise.all([calls.logits(look.tokens.text, look.signal), tour.vocabulary()]);
    look.signal.throwIfAborted();
    latest = look;
    const { temperature, seed } = look.settings;
    const sample = sampleOf(said, temperature, seed);
    const showBars = (chosen?: number) => {
      bars.tokens = sample.topLogprobs.slice(0, shown).map(({ token, probability }) => {
        return { id: token, text: vocabulary[token]!, probability, chosen: token === chosen };
      });
    };
    refresh = () => {
      const isFull = look.tokens.text.length > maxCharacters - 20;
      if (isFull) isWriting = false;
      controls.show({ temperature, isWriting, isFull });
    };
    refresh();
    showBars();
    line.show(sample.topLogprobs, id => vocabulary[id]!);
    if (isOther) status.textContent = '';
    draw = async () => {
      refresh();
      const uniform = fineUniformAt(seed, 'sampler.0', said.ids.length);
      await line.point(uniform);
      if (look.signal.aborted) return;
      showBars(sample.token);
      const text = vocabulary[sample.token]!;
      status.textContent = `The needle falls on ${fixed(uniform, 4)}: “${text.trim()}”.`;
      await pause(look.signal);
      if (!look.signal.aborted) append(text);
    };
    if (isWriting) draw();
  };
};

/** The token that the seed draws at a temperature, and all tokens with their shares. */
const sampleOf = ({ ids, logits }: NextLogits, temperature: number, seed: number) =>
  sampler({ temperature, seed, topLogprobs: logits.length }).next(logits, { tokens: ids, promptLength: ids.length });

/** Long enough to read the drawn token. */
const pause = (signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(resolve, 700);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
