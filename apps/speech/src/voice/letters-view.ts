import { byId, grouped, latestOnly, make } from '@residual/appkit';
import { defineRibbons, type RibbonsElement } from '@residual/elements';
import { lettersOf, type SpelledWord } from './letters.js';
import type { VoiceSession } from './voice-session.js';

/** A chosen word and its phones, as the voice says them. */
export interface ChosenWord {
  readonly said: string;
  readonly phones: readonly string[];
}

/** The panel of the chosen word. */
export interface LettersView {
  /** Shows a word: its phones, where they come from, and how its letters lead to them. Hides the panel without one. */
  show(word: ChosenWord | undefined): Promise<void>;
}

/** Wires the panel. */
export function lettersView(session: Pick<VoiceSession, 'letters'>): LettersView {
  defineRibbons();
  const letters = lettersOf(session);
  const latest = latestOnly();
  let current = new AbortController();
  return {
    show: async word => {
      current.abort();
      current = new AbortController();
      byId('spelled').hidden = word === undefined;
      if (!word) return;
      titleOf(word);
      const found = await latest(lookUp(word.said, letters, current.signal));
      if (found) showSpelling(word, found);
    },
  };
}

/** What the dictionary and the model say of a word. */
interface Found {
  readonly isKnown: boolean;
  readonly size: number;
  readonly spelled: SpelledWord | undefined;
}

async function lookUp(word: string, letters: ReturnType<typeof lettersOf>, signal: AbortSignal): Promise<Found> {
  const [isKnown, size, spelled] = await Promise.all([
    letters.knows(word),
    letters.size(),
    letters.spell(word, signal),
  ]);
  return { isKnown, size, spelled };
}

function titleOf({ said, phones }: ChosenWord): void {
  byId('spelled-title').replaceChildren(make('b', { textContent: `“${said}”` }), ' is ', phones.join(' '), '.');
  byId('spelled-from').textContent = '';
}

function showSpelling({ said, phones }: ChosenWord, { isKnown, size, spelled }: Found): void {
  const answer = spelled?.phones.join(' ') ?? '';
  const from = byId('spelled-from');
  const isSame = answer === phones.join(' ');
  const count = grouped(size);
  if (!isKnown)
    from.textContent =
      `None of the ${count} words of the dictionary is “${said}”: a small transformer read its letters. The ribbons ` +
      'show which letters it looked at for each sound.';
  else
    from.textContent =
      `It is one of the ${count} words of the dictionary. From its letters alone a small transformer ` +
      (isSame ? 'finds the same sounds.' : `would say ${answer}.`);
  const ribbons = byId<RibbonsElement>('letters');
  ribbons.hidden = !spelled;
  if (spelled) ribbons.show({ source: spelled.letters, target: spelled.phones, weights: spelled.weights });
}
