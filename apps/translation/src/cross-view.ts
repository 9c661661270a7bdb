import { byId, on } from '@residual/appkit';
import { type Pattern, patternOf } from '@residual/appkit/attention-pattern';
import type { AttentionElement, HeadDetail, HeadsElement, RibbonsElement } from '@residual/elements';
import { type Alignment, wordAlignment } from '@residual/model';
import { average, chosenHeads, nameOf } from './attention-numbers.js';
import { alignmentError } from './best-alignment-head.js';
import { readControls, share, writeControls } from './controls.js';
import type { Session } from './session.js';
import { headsIn, textOfHeads } from './settings.js';
import { type Sentence, sourceLabels, type Watcher } from './translation-view.js';

/** Wires ribbons and map of cross-attention; `again` translates again after a head was switched on or off. */
export function crossView(session: Session, again: () => Promise<void>): Watcher {
  const heads = byId<HeadsElement>('heads');
  const map = byId<AttentionElement>('cross');
  const ribbons = byId<RibbonsElement>('ribbons');
  const [toggle, allOn] = [byId<HTMLButtonElement>('switch'), byId<HTMLButtonElement>('all-on')];
  let sentence: Sentence | undefined;
  let pattern: Pattern = [];
  byId('aer').textContent = `${(100 * alignmentError).toFixed(1)} %`;

  /** Shows the selected layer and head. */
  const draw = () => {
    const { layer, head, off } = readControls();
    const { model } = session;
    const offHeads = headsIn(off, model.depth, model.heads);
    heads.selected = { layer, head };
    heads.off = offHeads;
    byId('map-title').textContent = nameOf(layer, head);
    const isOff = offHeads.some(each => each.layer === layer && each.head === head);
    toggle.disabled = layer < 0 || head < 0;
    toggle.setAttribute('aria-pressed', String(isOff));
    toggle.textContent = `Switch ${toggle.disabled ? 'a head' : `head ${layer}.${head}`} ${isOff ? 'on' : 'off'}`;
    allOn.disabled = offHeads.length === 0;
    if (!sentence?.segment.alignment) return;
    const { segment } = sentence;
    const alignment = segment.alignment!;
    const chosen = chosenHeads(layer, head, model.depth, model.heads);
    const [, , queryLen, keyLen] = alignment.attention.shape as [number, number, number, number];
    const queries = [...segment.tokens, ...(queryLen > segment.tokens.length ? [session.end] : [])].map(session.textOf);
    const keys = sourceLabels(segment, session);
    map.show(keys, { shape: [queryLen, keyLen], data: average(pattern, chosen) }, { queries });
    const selected = ribbons.selected;
    ribbons.show(wordsOf(sentence, alignment, chosen));
    if (selected && selected.index < alignment[`${selected.side}Words`].length)
      ribbons.select(selected.side, selected.index);
  };

  heads.addEventListener('residual-head', event => {
    const { layer, head } = (event as CustomEvent<HeadDetail>).detail;
    writeControls({ layer, head });
    share();
    draw();
  });
  for (const id of ['layer', 'head'])
    on(id, 'change', () => {
      share();
      draw();
    });
  const switchTo = async (off: string) => {
    writeControls({ off });
    share();
    draw();
    await again();
  };
  on('switch', 'click', () => {
    const { layer, head, off } = readControls();
    const { model } = session;
    const before = headsIn(off, model.depth, model.heads);
    const others = before.filter(each => each.layer !== layer || each.head !== head);
    return switchTo(textOfHeads(others.length < before.length ? others : [...before, { layer, head }]));
  });
  on('all-on', 'click', () => switchTo(''));

  return {
    show: shown => {
      sentence = shown;
      const alignment = shown?.segment.alignment;
      pattern = alignment ? patternOf(alignment.attention) : [];
      const [, , queryLen = 0, keyLen = 0] = alignment?.attention.shape ?? [];
      for (const element of [heads, map, ribbons]) element.hidden = !alignment;
      heads.show(pattern, [queryLen, keyLen], { masked: false });
      draw();
    },
  };
}

/** The words of a sentence and of its translation, and the attention weights between them. */
function wordsOf({ segment }: Sentence, alignment: Alignment, chosen: ReturnType<typeof chosenHeads>) {
  const heads = chosen.map(({ layer, head }) => [layer, head] as const);
  const weights = wordAlignment(alignment, { heads });
  const texts = (text: string, spans: Alignment['sourceWords']) => spans.map(([start, end]) => text.slice(start, end));
  return {
    source: texts(segment.source, alignment.sourceWords),
    target: texts(segment.translation, alignment.targetWords),
    weights,
  };
}
