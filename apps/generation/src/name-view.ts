import { attempt, byId, on } from '@residual/appkit';
import type { BarsElement } from '@residual/elements';
import { readControls } from './controls.js';
import type { Session } from './session.js';
import { expectedAfter, largest } from './word-probability.js';

/** Milliseconds without a key before a text that is being edited is computed. */
const patience = 350;
/** How many of the likeliest tokens after each beginning are shown. */
const shown = 4;

/** Wires the name experiment; gives the function that computes it for the texts in its boxes. */
export function nameView(session: Session): () => Promise<void> {
  const bars = byId<BarsElement>('name-bars');
  let asked = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  /** Computes what stands in the boxes; gives the function that shows it. */
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
    const mine = ++asked;
    const isStale = () => mine !== asked; // the texts are others by now: neither their numbers nor their errors matter
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
