import type { AttentionElement } from '@residual/elements';
import { type Pattern, patternOf, regards } from './attention-numbers.js';
import { byId } from './page.js';
import type { Session } from './session.js';

/** More tokens than this are too many to read; the first ones are shown. */
const most = 40;
const noun = 'creature';
const adjectives = ['fluffy', 'blue'];

/** Wires the attention section; gives the function that shows the pattern of the text in its box. */
export function attentionView(session: Session): () => Promise<void> {
  const element = byId<AttentionElement>('attention');
  const text = byId<HTMLInputElement>('attention-text');
  const [layer, head] = [byId<HTMLSelectElement>('layer'), byId<HTMLSelectElement>('head')];
  let texts: readonly string[] = [];
  let pattern: Pattern = [];

  const show = () => {
    const data = pattern[Number(layer.value)]?.[Number(head.value)];
    if (data) element.show(texts, { shape: [texts.length, texts.length], data });
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => new Option(String(i), String(i)));
  for (const select of [layer, head]) select.addEventListener('change', show);

  return async () => {
    const { model } = session;
    const ids = (await model.tokensOf(text.value)).slice(0, most);
    const { taps } = await model.forward(ids, { taps: ['decoder.layers.*.attention.weights'] });
    texts = await session.textsOf(ids);
    pattern = patternOf(taps);
    const [layers, heads] = [pattern.length, pattern[0]?.length ?? 0];
    if (layer.options.length !== layers) layer.replaceChildren(...numbers(layers));
    if (head.options.length !== heads) head.replaceChildren(...numbers(heads));
    const found = regards(pattern, texts, noun, adjectives);
    const [best] = found;
    if (best) [layer.value, head.value] = [String(best.layer), String(best.head)];
    byId('adjectives').textContent = best ? sentence(best) : '';
    byId('heads').replaceChildren(
      ...found.slice(0, 5).map(each => Object.assign(document.createElement('li'), { textContent: line(each) })),
    );
    show();
  };
}

type Found = ReturnType<typeof regards>[number];

const line = ({ layer, head, weights, total }: Found) =>
  `layer ${layer}, head ${head}: ${adjectives.map((word, i) => `${word} ${weights[i]!.toFixed(3)}`).join(', ')}; together ${total.toFixed(3)}`;

const sentence = (best: Found) =>
  `From “${noun}” the head that looks most at its adjectives is layer ${best.layer}, head ${best.head}: ${adjectives
    .map((word, i) => `${best.weights[i]!.toFixed(3)} on “${word}”`)
    .join(', ')}.`;
