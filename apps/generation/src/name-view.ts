import { attempt, byId, on } from '@residual/appkit';
import type { BarsElement } from '@residual/elements';
import { readControls } from './controls.js';
import type { Session } from './session.js';
import { expectedAfter, largest } from './word-probability.js';

/** Milliseconds without a key press before an edited text is computed. */
const patience = 350;
/** The number of likeliest tokens that are shown after each beginning. */
const shown = 4;

/** Wires the name experiment; returns the function that computes it. */
export function nameView(session: Session): () => Promise<void> {
  const bars = byId<BarsElement>('name-bars');
  let requests = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  /** Computes the texts in the boxes; returns the function that shows the result. */
  const computed = async () => {
    const { start, edited, end, word } = readControls();
    const { model } = session;
    const texts = [start, edited].map(beginning => `${beginning.trim()} ${end.trim()}`);
    const lengths = await Promise.all(texts.map(async text => (await model.tokensOf(`${text} ${word}`)).length));
    if (Math.max(...lengths) > model.maxPositions)
      return () => {
        byId('name-result').textContent =
          `The texts have ${lengths.join(' and ')} tokens; this model sees ${model.maxPositions} at once.`;
        bars.bars = [];
      };
    const first = await expectedAfter(model, texts[0]!, word);
    const second = await expectedAfter(model, texts[1]!, word);
    const ids = [first.token, ...largest(first.logprobs, shown), ...largest(second.logprobs, shown)];
    const unique = [...new Set(ids)];
    const names = await session.textsOf(unique);
    return () => {
      byId('name-result').textContent = sentence(word.trim(), first.probability, second.probability);
      bars.bars = unique.map((id, i) => ({
        id,
        text: names[i]!,
        before: Math.exp(first.logprobs[id]!),
        after: Math.exp(second.logprobs[id]!),
        chosen: id === first.token,
      }));
    };
  };

  const compare = async () => {
    clearTimeout(waiting);
    const request = ++requests;
    const isStale = () => request !== requests; // the texts have changed: neither results nor errors matter
    try {
      const show = await computed();
      if (!isStale()) show();
    } catch (error) {
      if (!isStale()) throw error;
    }
  };

  on('name-form', 'submit', compare);
  byId('name-form').addEventListener('input', () => {
    clearTimeout(waiting);
    if (session.isLoaded) waiting = setTimeout(() => attempt(compare), patience);
  });
  return compare;
}

function sentence(word: string, before: number, after: number): string {
  const [less, more] = [before / after, after / before];
  const change =
    after === before ? 'the same' : after < before ? `${less.toFixed(1)} times less` : `${more.toFixed(1)} times more`;
  return `“${word}” comes next with probability ${before.toFixed(4)} after the beginning and ${after.toFixed(4)} after the edited beginning: ${change}.`;
}
