import { attempt, byId, debounce, latestOnly, on } from '@residual/appkit';
import type { Bar, BarsElement } from '@residual/elements';
import { readControls } from './controls.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';
import { expectedAfter, largest } from './word-probability.js';

/** Milliseconds without a key press before an edited text is computed. */
const typingDelay = 350;
/** The number of likeliest tokens that are shown after each beginning. */
const likeliest = 4;

/** The effect of an edit at the start on the next word: a sentence, and the likeliest tokens at the end. */
interface Comparison {
  readonly sentence: string;
  readonly bars: readonly Bar[];
}

/** Wires the name experiment; returns the function that computes it. */
export function nameView(session: Session): () => Promise<void> {
  const latest = latestOnly();
  const compare = async () => {
    typed.cancel();
    const comparison = await latest(comparisonOf(session, readControls()));
    if (!comparison) return; // the texts have changed
    byId('name-result').textContent = comparison.sentence;
    byId<BarsElement>('name-bars').bars = comparison.bars;
  };
  const typed = debounce(() => attempt(compare), typingDelay);
  on('name-form', 'submit', compare);
  byId('name-form').addEventListener('input', () => {
    if (session.isLoaded) typed();
  });
  return compare;
}

async function comparisonOf(session: Session, { start, edited, end, word }: Settings): Promise<Comparison> {
  const { model } = session;
  const texts = [start, edited].map(beginning => `${beginning.trim()} ${end.trim()}`);
  const lengths = await Promise.all(texts.map(async text => (await model.tokensOf(`${text} ${word}`)).length));
  if (Math.max(...lengths) > model.maxPositions) {
    const sentence = `The texts have ${lengths.join(' and ')} tokens; this model reads at most ${model.maxPositions}.`;
    return { sentence, bars: [] };
  }
  const first = await expectedAfter(model, texts[0]!, word);
  const second = await expectedAfter(model, texts[1]!, word);
  const ids = [first.token, ...largest(first.logprobs, likeliest), ...largest(second.logprobs, likeliest)];
  const unique = [...new Set(ids)];
  const names = await session.textsOf(unique);
  const bars = unique.map((id, i) => ({
    id,
    text: names[i]!,
    before: Math.exp(first.logprobs[id]!),
    after: Math.exp(second.logprobs[id]!),
    chosen: id === first.token,
  }));
  return { sentence: comparisonSentence(word.trim(), first.probability, second.probability), bars };
}

function comparisonSentence(word: string, before: number, after: number): string {
  const ratio = after < before ? before / after : after / before;
  const change = after === before ? 'the same' : `${ratio.toFixed(1)} times ${after < before ? 'less' : 'more'}`;
  const probabilities = `${before.toFixed(4)} after the beginning and ${after.toFixed(4)} after the edited beginning`;
  return `“${word}” comes next with probability ${probabilities}: ${change}.`;
}
