import { fixed, make, prefersStill, reportFailure, watchSight } from '@residual/appkit';
import type { Look } from '../../frame/step.js';
import type { Tour } from '../../frame/tour.js';
import { arrowFan } from './arrow-fan.js';
import type { Calls } from './calls.js';
import { likelierList, timesText } from './likelier-list.js';
import type { PhraseVectors } from './phrase-calls.js';
import { angleText, cosineOf, lengthOf } from './sentences.js';
import { type Phrase, phraseOf, stagesOf, toggled } from './words.js';

/** How long a word stays before the next one comes back, in milliseconds. */
const pause = 1300;

/** What the part shows. */
interface Shown extends PhraseVectors {
  readonly phrase: Phrase;
  /** The texts of the tokens, with their spaces. */
  readonly texts: readonly string[];
  readonly layer: number;
}

/**
 * The vector of a noun without and with words before it: strips, arrows, and the words that it makes likelier. The
 * words before it come back one by one when the part comes into sight.
 */
export function phraseView({ state, calls: connect }: Tour) {
  const calls = connect<Calls>('attention');
  const title = make('h3');
  const sentence = phraseSentence(attentionWithout => state.set({ attentionWithout }));
  const strips = make('residual-vectors', { id: 'phrase-strips' });
  strips.setAttribute('label', 'The vector of the token while its words come back one by one, and the change');
  const told = make('p', { className: 'answer', id: 'phrase-answer', role: 'status' });
  const fan = arrowFan();
  const measures = make('p', { className: 'note', id: 'phrase-measures' });
  const list = likelierList();
  const again = make('button', { type: 'button', id: 'phrase-again' }, 'Watch the words come back');
  const help = make('small', { id: 'phrase-again-help' });
  help.textContent = 'The words leave, and return one after the other; the vector follows.';
  again.setAttribute('aria-describedby', help.id);
  const arrows = make('div', { className: 'side' }, make('div', {}, fan.element, measures));
  const replay = make('div', { className: 'replay' }, again, help);
  const results = make('div', { className: 'two' }, arrows, list.element);
  let showStage = (_stage: number, _move: boolean) => {};
  let stages = 1;
  const story = storyOf(stage => showStage(stage, true));
  again.addEventListener('click', () => story.play(stages));
  let [isInSight, isNew] = [false, false];
  const playNew = () => {
    if (!isInSight || !isNew) return;
    isNew = false;
    story.play(stages);
  };
  const see = (isNow: boolean) => {
    isInSight = isNow;
    playNew();
  };
  watchSight(fan.element, see, { threshold: 0.9 });
  const show = (shown: Shown) => {
    const { phrase, vectors, likelier, texts, layer } = shown;
    story.end();
    stages = vectors.length;
    title.textContent = `“${phrase.noun.text}” without and with its words, after block ${layer}`;
    sentence.show(phrase, texts);
    told.textContent = sentenceOf(shown);
    fan.show(vectors, fanLabel(vectors));
    measures.textContent = measuresOf(vectors);
    list.show(likelier);
    results.hidden = replay.hidden = stages === 1;
    showStage = (stage, move) => {
      strips.vectors = rowsOf(phrase, vectors, stage);
      sentence.showBack(stage);
      list.showShare(stages === 1 ? 1 : stage / (stages - 1));
      if (move) reportFailure(fan.moveTo(stage));
    };
    showStage(stages - 1, false);
    isNew = true;
    playNew();
  };
  let shownKey = '';
  return {
    elements: [title, sentence.element, strips, told, results, replay],
    /** Shows the vector of the token that asks, after the block of the chosen head. */
    update: async (look: Look, { layer, asking }: { readonly layer: number; readonly asking: number }) => {
      const { settings, tokens, signal } = look;
      const phrase = phraseOf(tokens.texts, asking, settings.attentionWithout);
      const key = JSON.stringify([tokens.ids, layer, asking, phrase.away]);
      if (key === shownKey) return;
      const found = await calls.phrase(stagesOf(phrase, tokens.ids, asking), layer, signal);
      signal.throwIfAborted();
      shownKey = key;
      show({ ...found, phrase, texts: tokens.texts, layer });
    },
  };
}

/** Plays the stages one after the other; with reduced motion only the last one. */
function storyOf(show: (stage: number) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => clearTimeout(timer);
  return {
    end,
    play: (stages: number): void => {
      end();
      if (stages === 1 || prefersStill()) return;
      let stage = 0;
      const next = () => {
        show(stage);
        if (++stage < stages) timer = setTimeout(next, pause);
      };
      next();
    },
  };
}

/** The strips at a stage: rows of words that are still away show the same vector as the last one that is back. */
function rowsOf({ before, noun, away }: Phrase, vectors: readonly Float32Array[], stage: number) {
  const labels = [noun.text, ...away.map(i => `+ ${before[i]!.text}`)];
  const rows = labels.map((label, i) => ({ label, values: vectors[Math.min(i, stage)]! }));
  if (vectors.length === 1) return rows;
  const change = vectors[stage]!.map((value, i) => value - vectors[0]![i]!);
  return [...rows, { label: 'the change', values: change }];
}

/** The sentence up to the noun, with a button for each word that can be taken away. */
function phraseSentence(change: (without: string) => void) {
  const line = make('p', { className: 'phrase-sentence', id: 'phrase-words' });
  line.setAttribute('role', 'group');
  line.setAttribute('aria-label', 'Words to take away and to bring back');
  const hint = make('small', { id: 'phrase-words-help' });
  line.setAttribute('aria-describedby', hint.id);
  let shown = '';
  let buttons = new Map<number, HTMLButtonElement>();
  let phrase: Phrase;
  return {
    element: make('div', {}, line, hint),
    show: (next: Phrase, texts: readonly string[]): void => {
      phrase = next;
      const { before, noun, free, away } = phrase;
      hint.textContent =
        free.length === 0
          ? 'No word stands before it. Choose a later token above.'
          : 'The framed words are away in the first strip, and come back below. Tap any word to change that.';
      const key = [...before, noun].map(({ text }) => text).join(' ');
      if (key !== shown) {
        shown = key;
        buttons = new Map(free.map(i => [i, wordButton(before[i]!.text, () => change(toggled(phrase, i)))]));
        const gap = (start: number) => (start > 0 && /^\s/.test(texts[start]!) ? ' ' : '');
        const parts = before.flatMap(({ text, start }, i) => [gap(start), buttons.get(i) ?? text]);
        line.replaceChildren(...parts, gap(noun.start), make('b', {}, noun.text));
      }
      for (const [i, button] of buttons) button.setAttribute('aria-pressed', String(away.includes(i)));
    },
    showBack: (stage: number): void => {
      for (const [i, button] of buttons) button.classList.toggle('away', phrase.away.indexOf(i) >= stage);
    },
  };
}

function wordButton(text: string, toggle: () => void): HTMLButtonElement {
  const button = make('button', { type: 'button' }, text);
  button.addEventListener('click', toggle);
  return button;
}

/** How the vector moved, in numbers. */
function measuresOf(vectors: readonly Float32Array[]): string {
  const [first, last] = [vectors[0]!, vectors.at(-1)!];
  const distance = lengthOf(last.map((value, i) => value - first[i]!));
  const [before, after] = [first, last].map(vector => fixed(lengthOf(vector), 1));
  return (
    `The arrows have lengths of ${before} and ${after}, a distance of ${fixed(distance, 1)} and a cosine of ` +
    `${fixed(cosineOf(first, last), 3)}: 1 would mean the same direction.`
  );
}

/** Says how the words moved the vector, with numbers. */
function sentenceOf({ phrase: { before, noun, free, away }, vectors, likelier }: Shown): string {
  if (free.length === 0) return `“${noun.text}” stands at the beginning: its vector knows no other word.`;
  if (away.length === 0) return `No word is away. Tap one, and see what the vector of “${noun.text}” owes to it.`;
  const words = listed(away.map(i => `“${before[i]!.text}”`));
  const verb = away.length === 1 ? 'turns' : 'turn';
  const gains = likelier
    .slice(0, 3)
    .map(({ text, times }, i) => `“${text}” ${timesText(times)} times${i === 0 ? ' as likely' : ''}`);
  const gained = gains.length > 0 ? ` Read as a guess of the next word, it now makes ${listed(gains)}.` : '';
  return `${words} ${verb} the vector of “${noun.text}” by ${angleText(vectors[0]!, vectors.at(-1)!)}.${gained}`;
}

/** What the arrows show. */
const fanLabel = (vectors: readonly Float32Array[]) =>
  vectors.length === 1
    ? 'The vector of the token as an arrow'
    : `The vector without the words and with them, as two arrows ${angleText(vectors[0]!, vectors.at(-1)!)} apart`;

/** One, two and three. */
const listed = (items: readonly string[]) =>
  [items.slice(0, -1).join(', '), items.at(-1)!].filter(part => part !== '').join(' and ');
