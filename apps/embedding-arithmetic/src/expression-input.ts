import { byId, make } from '@residual/appkit';

/** A word that is being typed: its start, and its letters so far. */
interface PartialWord {
  readonly start: number;
  readonly word: string;
}

/** The words that the caret may be in, longest first: a hyphen may belong to a word or be a minus. */
export function wordsBefore(text: string, caret: number): PartialWord[] {
  const [fragment = ''] = /[^\s+*/()−–—×÷]*$/.exec(text.slice(0, caret)) ?? [];
  const signs = /^[-"'“‘]+/.exec(fragment)?.[0].length ?? 0;
  const start = caret - fragment.length + signs;
  const hyphens = [...text.slice(start, caret).matchAll(/[-‐‑]/g)].map(({ index }) => start + index + 1);
  return [start, ...hyphens].map(from => ({ start: from, word: text.slice(from, caret) }));
}

/**
 * A text field that completes words: a combobox whose list shows words with the typed prefix. Calls `changed` with each
 * new text.
 */
export function expressionInput(
  complete: (prefix: string) => Promise<readonly string[]>,
  changed: (text: string) => void,
): { set(text: string): void } {
  const input = byId<HTMLInputElement>('expression');
  const list = byId('completions');
  let completions: readonly string[] = [];
  let partial: PartialWord = { start: 0, word: '' };
  let active = -1;
  let requests = 0;

  const mark = (index: number) => {
    active = index;
    for (const [i, option] of [...list.children].entries()) option.setAttribute('aria-selected', String(i === active));
    if (active >= 0) {
      input.setAttribute('aria-activedescendant', `completion-${active}`);
      list.children[active]!.scrollIntoView({ block: 'nearest' });
    } else input.removeAttribute('aria-activedescendant');
  };
  const show = (words: readonly string[]) => {
    completions = words;
    list.replaceChildren(
      ...words.map((word, i) => {
        const option = make('div', {}, word);
        option.id = `completion-${i}`;
        option.setAttribute('role', 'option');
        option.addEventListener('pointerdown', event => {
          event.preventDefault(); // keeps the focus in the field
          accept(i);
        });
        return option;
      }),
    );
    list.hidden = words.length === 0;
    input.setAttribute('aria-expanded', String(words.length > 0));
    mark(-1);
  };
  const accept = (index: number) => {
    const caret = input.selectionStart ?? input.value.length;
    const word = completions[index]!;
    const quoted = /[\s+*/()]|^\d/.test(word) ? `"${word}"` : word;
    input.setRangeText(quoted, partial.start, caret, 'end');
    show([]);
    changed(input.value);
  };
  const suggest = async () => {
    const request = ++requests;
    let [word, words]: [string, readonly string[]] = ['', []];
    for (const each of wordsBefore(input.value, input.selectionStart ?? input.value.length)) {
      if (each.word === '' || words.length > 0) continue;
      word = each.word;
      words = await complete(word).catch(() => []);
      if (request !== requests) return;
      partial = each;
    }
    if (document.activeElement !== input) return;
    show(words.length === 1 && words[0] === word ? [] : words);
  };

  input.addEventListener('input', () => {
    changed(input.value);
    suggest();
  });
  input.addEventListener('blur', () => show([]));
  input.addEventListener('keydown', event => {
    if (list.hidden) {
      if (event.key === 'ArrowDown') suggest();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined)
      mark((active + step + completions.length + (active < 0 && step < 0 ? 1 : 0)) % completions.length);
    else if (event.key === 'Escape') show([]);
    else if ((event.key === 'Enter' || event.key === 'Tab') && active >= 0) accept(active);
    else return;
    if (event.key !== 'Tab' || active >= 0) event.preventDefault();
  });
  return {
    set: text => {
      if (input.value !== text) input.value = text;
    },
  };
}
