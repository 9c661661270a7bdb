import { byId } from './page.js';
import type { Session } from './session.js';
import { wordProbability } from './word-probability.js';

/** Wires the name experiment; gives the function that computes it for the texts in its boxes. */
export function nameView(session: Session): () => Promise<void> {
  const value = (id: string) => byId<HTMLTextAreaElement | HTMLInputElement>(id).value;
  return async () => {
    const word = value('name-word');
    const [first, edited, end] = [value('name-start'), value('name-edited'), value('name-end')];
    const probability = (start: string) => wordProbability(session.model, `${start.trim()} ${end.trim()}`, word);
    const [before, after] = [await probability(first), await probability(edited)];
    byId('name-result').textContent =
      `“${word.trim()}” comes next with probability ${before.toFixed(4)} after the first beginning and ${after.toFixed(4)} after the edited one: ${ratio(before, after)}.`;
    byId<HTMLMeterElement>('name-before').value = before;
    byId<HTMLMeterElement>('name-after').value = after;
  };
}

const ratio = (before: number, after: number) =>
  after < before ? `${(before / after).toFixed(1)} times less` : `${(after / before).toFixed(1)} times more`;
