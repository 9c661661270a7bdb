import { byId, on } from '@residual/appkit';
import { type Pattern, patternOfTaps } from '@residual/appkit/attention-pattern';
import type { AttentionElement, HeadDetail, HeadsElement } from '@residual/elements';
import { nameOf } from './attention-numbers.js';
import { readControls, share, writeControls } from './controls.js';
import type { Session } from './session.js';
import { sourceLabels, type Watcher } from './translation-view.js';

/** Wires the self-attention of the encoder. */
export function encoderView(session: Session): Watcher {
  const heads = byId<HeadsElement>('encoder-heads');
  const map = byId<AttentionElement>('encoder');
  const [before, after] = [byId<HTMLButtonElement>('layer-before'), byId<HTMLButtonElement>('layer-after')];
  let pattern: Pattern = [];
  let tokens: readonly string[] = [];

  const draw = () => {
    if (pattern.length === 0) return;
    const { encoderLayer, encoderHead } = readControls();
    const layer = Math.min(Math.max(encoderLayer, 0), pattern.length - 1);
    const head = Math.min(Math.max(encoderHead, 0), pattern[0]!.length - 1);
    heads.selected = { layer, head };
    byId('encoder-map-title').textContent = nameOf(layer, head);
    [before.disabled, after.disabled] = [layer === 0, layer === pattern.length - 1];
    map.show(tokens, { shape: [tokens.length, tokens.length], data: pattern[layer]![head]! }, { masked: false });
  };
  const choose = ({ layer, head }: HeadDetail) => {
    writeControls({ encoderLayer: layer, encoderHead: head });
    share();
    draw();
  };
  heads.addEventListener('residual-head', event => choose((event as CustomEvent<HeadDetail>).detail));
  const step = (by: number) => () => {
    const { layer, head } = heads.selected;
    choose({ layer: layer + by, head });
  };
  on('layer-before', 'click', step(-1));
  on('layer-after', 'click', step(1));

  return {
    show: async sentence => {
      for (const element of [heads, map]) element.hidden = !sentence;
      if (!sentence) return;
      const ids = sentence.segment.sourceTokens;
      const taps = ['encoder.layers.*.attention.weights'];
      for await (const first of session.model.generate(ids, { temperature: 0, maxNewTokens: 1, taps })) {
        [pattern, tokens] = [patternOfTaps(first.taps), sourceLabels(sentence.segment, session)];
        break;
      }
      heads.show(pattern, [tokens.length, tokens.length], { masked: false });
      draw();
    },
  };
}
