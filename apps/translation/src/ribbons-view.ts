import { byId } from '@residual/appkit';
import type { Ribbons, RibbonsElement, WordDetail } from '@residual/elements';
import { wordAlignment } from '@residual/model';
import { chosenHeads } from './attention-numbers.js';
import { bestAlignmentHead } from './best-alignment-head.js';
import { readControls } from './controls.js';
import { growthOf } from './growth.js';
import type { Sentence, Watcher } from './sentence.js';
import type { Session } from './session.js';
import { type HeadIndex, headsIn } from './settings.js';
import { joinedIn, unsureWords, type Word, wordsOf } from './words.js';

/** The ribbons between a sentence and its translation. */
export interface RibbonsView extends Watcher {
  /** Draws the ribbons of another layer or head. */
  draw(): void;
  /** Writes the translation again, from its first word. */
  grow(): void;
}

/** Shows the first sentence of a text before it is translated. */
export function ribbonsPreview(text: string): void {
  const sentences = [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text.trim())];
  byId('stage').dataset.sentences = sentences.length > 1 ? 'several' : 'one';
  const source = (sentences[0]?.segment ?? '').split(/\s+/).filter(word => word !== '');
  const joined = { source: source.map(() => false), target: [] };
  byId<RibbonsElement>('ribbons').show({
    source,
    target: [],
    weights: { shape: [0, source.length], data: [] },
    joined,
  });
}

/** The heads whose average the ribbons show: the chosen ones that are on, else those that agree best with people. */
function drawnHeads({ model: { depth, heads } }: Session): HeadIndex[] {
  const { layer, head, off } = readControls();
  const isOff = ({ layer, head }: HeadIndex) =>
    headsIn(off, depth, heads).some(each => each.layer === layer && each.head === head);
  const chosen = chosenHeads(layer, head, depth, heads).filter(each => !isOff(each));
  return chosen.length > 0 ? chosen : chosenHeads(bestAlignmentHead.layer, bestAlignmentHead.head, depth, heads);
}

/** Wires the ribbons; `onWord` is called with the word of the translation that the visitor points at. */
export function ribbonsView(session: Session, onWord: (index: number) => void): RibbonsView {
  const element = byId<RibbonsElement>('ribbons');
  const growth = growthOf(element);
  let sentence: Sentence | undefined;
  let words: readonly Word[] = [];

  element.addEventListener('residual-word', event => {
    const { side, index, weights } = (event as CustomEvent<WordDetail>).detail;
    onWord(side === 'target' ? index : weights.indexOf(Math.max(...weights)));
  });

  const ribbons = (): Ribbons => {
    const { segment } = sentence!;
    const alignment = segment.alignment!;
    return {
      source: alignment.sourceWords.map(span => segment.source.slice(...span)),
      target: words.map(({ text }) => text),
      weights: wordAlignment(alignment, { heads: drawnHeads(session).map(each => [each.layer, each.head] as const) }),
      joined: { source: joinedIn(alignment.sourceWords), target: joinedIn(alignment.targetWords) },
      unsure: unsureWords(words),
    };
  };

  return {
    draw: () => {
      if (!sentence?.segment.alignment) return;
      const selected = element.selected;
      element.show(ribbons());
      if (selected && selected.index < words.length) element.select(selected.side, selected.index);
    },
    grow: () => {
      element.written = 0;
      growth.start(0, words.length);
    },
    show: shown => {
      if (shown && shown === sentence) return;
      const before = words;
      sentence = shown?.segment.alignment ? shown : undefined;
      element.hidden = !sentence;
      words = sentence ? wordsOf(sentence) : [];
      if (!sentence) return;
      const same = words.findIndex(({ text }, i) => text !== before[i]?.text);
      const written = same < 0 ? words.length : same; // what stays while one types need not grow again
      element.show(ribbons(), { written });
      growth.start(written, words.length);
    },
  };
}
