import { attempt, byId, chips, on } from '@residual/appkit';
import { readControls } from './controls.js';
import { examples, moreSentences } from './examples.js';

/**
 * Wires the sentences that show something; `choose` translates one. Returns the function that marks the chosen one and
 * says what one sees in it.
 */
export function examplesView(choose: (text: string) => Promise<void>): () => void {
  const chosen = chips(
    'examples',
    examples.map(({ label, text }) => [label, text] as const),
    text => attempt(() => choose(text)),
  );
  const texts = [...examples.map(({ text }) => text), ...moreSentences];
  on('another', 'click', () => choose(texts[(texts.indexOf(readControls().text) + 1) % texts.length]!));
  const mark = () => {
    const { text } = readControls();
    chosen(text);
    byId('shows').textContent =
      examples.find(example => example.text === text)?.shows ??
      'A wide ribbon is a strong look: the model read that English word when it chose the French one.';
  };
  mark();
  return mark;
}
