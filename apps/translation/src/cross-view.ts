import { byId, on } from '@residual/appkit';
import { type Pattern, patternOf } from '@residual/appkit/attention-pattern';
import type { AttentionElement, HeadDetail, HeadsElement } from '@residual/elements';
import { average, chosenHeads, nameOf } from './attention-numbers.js';
import { alignmentError } from './best-alignment-head.js';
import { readControls, set, share } from './controls.js';
import { effectsInWords, type HeadPreset, spareHead, vitalHead } from './head-effects.js';
import type { Sentence, Watcher } from './sentence.js';
import type { Session } from './session.js';
import { headsIn, textOfHeads } from './settings.js';
import { sourceLabels } from './source-labels.js';

/** What the view of cross-attention asks of the page. */
export interface CrossOptions {
  /** Called after another layer or head was chosen. */
  readonly onChoice: () => void;
  /** Translates again, after a head was switched on or off or the text was changed. */
  readonly again: () => Promise<void>;
}

/** Wires the map of cross-attention and its heads. */
export function crossView(session: Session, { onChoice, again }: CrossOptions): Watcher {
  const heads = byId<HeadsElement>('heads');
  const map = byId<AttentionElement>('cross');
  let sentence: Sentence | undefined;
  let pattern: Pattern = [];
  byId('aer').textContent = `${(100 * alignmentError).toFixed(1)} %`;
  byId('head-effects').textContent = effectsInWords();
  const offHeads = () => headsIn(readControls().off, session.model.depth, session.model.heads);

  /** Shows the selected layer and head. */
  const draw = () => {
    showSwitches(heads, map, offHeads());
    const alignment = sentence?.segment.alignment;
    if (!alignment) return;
    const { tokens } = sentence!.segment;
    const { layer, head } = readControls();
    const [, , queryLen, keyLen] = alignment.attention.shape as [number, number, number, number];
    const queries = [...tokens, ...(queryLen > tokens.length ? [session.end] : [])].map(session.textOf);
    const keys = sourceLabels(sentence!.segment, session);
    const chosen = chosenHeads(layer, head, session.model.depth, session.model.heads);
    map.show(keys, { shape: [queryLen, keyLen], data: average(pattern, chosen) }, { queries });
  };
  const choose = () => {
    share();
    draw();
    onChoice();
  };
  heads.addEventListener('residual-head', event => {
    const { layer, head } = (event as CustomEvent<HeadDetail>).detail;
    set({ layer, head });
    choose();
  });
  for (const id of ['layer', 'head']) on(id, 'change', choose);
  const switchTo = (change: { off: string; text?: string; layer?: number; head?: number }) => {
    set(change);
    draw();
    return again();
  };
  on('switch', 'click', () => {
    const { layer, head } = readControls();
    const others = offHeads().filter(each => each.layer !== layer || each.head !== head);
    return switchTo({ off: textOfHeads(others.length < offHeads().length ? others : [...others, { layer, head }]) });
  });
  on('all-on', 'click', () => switchTo({ off: '' }));
  const tryWithout = ({ text, off }: HeadPreset) => switchTo({ text, ...off, off: textOfHeads([off]) });
  on('vital', 'click', () => tryWithout(vitalHead));
  on('spare', 'click', () => tryWithout(spareHead));

  return {
    show: shown => {
      sentence = shown;
      const alignment = shown?.segment.alignment;
      pattern = alignment ? patternOf(alignment.attention) : [];
      const [, , queryLen = 0, keyLen = 0] = alignment?.attention.shape ?? [];
      for (const element of [heads, map]) element.hidden = !alignment;
      heads.show(pattern, [queryLen, keyLen], { masked: false });
      draw();
    },
  };
}

/** Shows the chosen layer and head, and which heads are off. */
function showSwitches(heads: HeadsElement, map: AttentionElement, off: readonly HeadDetail[]): void {
  const { layer, head } = readControls();
  const toggle = byId<HTMLButtonElement>('switch');
  heads.selected = { layer, head };
  heads.off = off;
  const isOff = off.some(each => each.layer === layer && each.head === head);
  map.toggleAttribute('off', isOff);
  byId('map-title').textContent = `${nameOf(layer, head)}${isOff ? ', off' : ''}`;
  toggle.disabled = layer < 0 || head < 0;
  toggle.setAttribute('aria-pressed', String(isOff));
  toggle.textContent = `Switch ${toggle.disabled ? 'a head' : `head ${layer}.${head}`} ${isOff ? 'on' : 'off'}`;
  byId<HTMLButtonElement>('all-on').disabled = off.length === 0;
}
