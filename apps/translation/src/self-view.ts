import { byId, on } from '@residual/appkit';
import { type Pattern, patternOfTaps } from '@residual/appkit/attention-pattern';
import type { AttentionElement, HeadDetail, HeadsElement } from '@residual/elements';
import { nameOf } from './attention-numbers.js';
import { readControls, set } from './controls.js';
import type { Sentence, Watcher } from './sentence.js';
import type { Session } from './session.js';
import { sourceLabels } from './source-labels.js';

/** One of the two stacks. */
type Stack = 'encoder' | 'decoder';

/** The tokens that a stack reads. */
const tokensOf = (stack: Stack, { segment }: Sentence, session: Session): string[] =>
  stack === 'encoder' ? sourceLabels(segment, session) : ['start', ...segment.tokens.map(session.textOf)];

/** Wires the self-attention of the encoder or of the decoder, whose tokens see only those before them. */
export function selfView(stack: Stack, session: Session): Watcher {
  const heads = byId<HeadsElement>(`${stack}-heads`);
  const map = byId<AttentionElement>(stack);
  const [before, after] = ['before', 'after'].map(name => byId<HTMLButtonElement>(`${stack}-${name}`));
  const masked = stack === 'decoder';
  let pattern: Pattern = [];
  let tokens: readonly string[] = [];

  const draw = () => {
    if (pattern.length === 0) return;
    const settings = readControls();
    const within = (value: number, count: number) => Math.min(Math.max(value, 0), count - 1);
    const layer = within(settings[`${stack}Layer`], pattern.length);
    const head = within(settings[`${stack}Head`], pattern[0]!.length);
    heads.selected = { layer, head };
    byId(`${stack}-map-title`).textContent = nameOf(layer, head);
    [before!.disabled, after!.disabled] = [layer === 0, layer === pattern.length - 1];
    map.show(tokens, { shape: [tokens.length, tokens.length], data: pattern[layer]![head]! }, { masked });
  };
  const choose = ({ layer, head }: HeadDetail) => {
    set({ [`${stack}Layer`]: layer, [`${stack}Head`]: head });
    draw();
  };
  heads.addEventListener('residual-head', event => choose((event as CustomEvent<HeadDetail>).detail));
  const step = (by: number) => () => {
    const { layer, head } = heads.selected;
    choose({ layer: layer + by, head });
  };
  on(`${stack}-before`, 'click', step(-1));
  on(`${stack}-after`, 'click', step(1));

  return {
    show: sentence => {
      for (const element of [heads, map]) element.hidden = !sentence;
      if (!sentence) return;
      const taps = Object.entries(sentence.reading.taps).filter(([path]) => path.startsWith(`${stack}.`));
      [pattern, tokens] = [patternOfTaps(Object.fromEntries(taps)), tokensOf(stack, sentence, session)];
      heads.show(pattern, [tokens.length, tokens.length], { masked });
      draw();
    },
  };
}
