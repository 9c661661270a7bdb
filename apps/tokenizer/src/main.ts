import { byId, onFiles, reportIgnoredSettings, showError, writeControls } from '@residual/appkit';
import { defineTokenText, type TokenTextElement } from '@residual/elements';
import type { Tokenizer } from '@residual/tokenizer';
import { examples } from './examples.js';
import { tokenizeText } from './figures.js';
import { address, preset } from './settings.js';
import { shipped, shippedTokenizer, tokenizerFromFiles } from './sources.js';

defineTokenText();
const [choice, example] = [byId<HTMLSelectElement>('tokenizer'), byId<HTMLSelectElement>('example')];
const [text, special] = [byId<HTMLTextAreaElement>('text'), byId<HTMLInputElement>('special')];
/** The loaded tokenizers, by the value of their option. */
const tokenizers = new Map<string, Promise<Tokenizer>>();

choice.append(...Object.entries(shipped).map(([name, words]) => new Option(words, name)));
example.append(new Option('your own text', ''), ...Object.keys(examples).map(name => new Option(name, name)));

/** Shows the tokens of the text with the settings of the controls. */
async function show(): Promise<void> {
  showError();
  const { value } = choice;
  const tokenizer = tokenizers.get(value) ?? shippedTokenizer(value);
  tokenizers.set(value, tokenizer);
  try {
    const ready = await tokenizer;
    if (choice.value !== value) return; // another tokenizer was chosen meanwhile
    const { tokens, figures, back } = tokenizeText(ready, text.value, special.checked);
    byId<TokenTextElement>('tokens').show(text.value, tokens);
    byId('figures').textContent = figures;
    byId('back').textContent = back;
  } catch (error) {
    tokenizers.delete(value);
    showError(error);
  }
}

/** Writes the settings of the controls into the address; a tokenizer of the visitor is not in it. */
function share(): void {
  const tokenizer = Object.hasOwn(shipped, choice.value) ? choice.value : preset.tokenizer;
  address.share({ tokenizer, special: special.checked, text: text.value });
}

/** Reads a tokenizer from files of the visitor and shows it; without one the last one stays. */
async function addTokenizer(files: readonly File[]): Promise<void> {
  const { name, tokenizer } = await tokenizerFromFiles(files);
  const value = `file:${name}`;
  if (!tokenizers.has(value)) choice.append(new Option(name, value));
  tokenizers.set(value, Promise.resolve(tokenizer));
  choice.value = value;
  await show();
}

/** Writes the settings of the address into the controls. */
function readAddress(): void {
  const settings = address.settingsFrom(location.hash);
  writeControls(settings);
  reportIgnoredSettings(address);
  example.value = Object.keys(examples).find(name => examples[name] === settings.text) ?? '';
}

byId('controls').addEventListener('submit', event => event.preventDefault());
text.addEventListener('input', () => {
  example.value = '';
  share();
  show();
});
example.addEventListener('change', () => {
  text.value = examples[example.value] ?? '';
  share();
  show();
});
for (const control of [choice, special])
  control.addEventListener('change', () => {
    share();
    show();
  });
onFiles('files', addTokenizer);
addEventListener('hashchange', () => {
  readAddress();
  show();
});
readAddress();
show();
