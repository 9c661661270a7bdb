import {
  byId,
  loadingView,
  make,
  openState,
  piecesSentence,
  prefersStill,
  reportFailure,
  reportIgnoredSettings,
  showPieces,
  tokenizedText,
} from '@residual/appkit';
import { reportingFetch } from '@residual/appkit/downloads';
import { defineTokens, type TokensElement } from '@residual/elements';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { animatePictures } from './pictures.js';
import { address, examples } from './settings.js';
import { type Moment, play, writing } from './writing.js';

const field = byId<HTMLTextAreaElement>('text');
const [count, pause] = [byId('count'), byId('pause')];
const state = openState(address);
let playing = new AbortController();
/** The tokenizer of the story model, without the model; undefined until it is loaded. */
let tokenizer: Tokenizer | undefined;
let shown: Pick<Moment, 'text' | 'isWhole'> = { text: '', isWhole: false };

async function loadTokenizer(): Promise<void> {
  const response = await reportingFetch(fetch, loadingView().download)('./models/stories/tokenizer.json');
  if (!response.ok) throw new Error(`The vocabulary could not be loaded: status ${response.status}`);
  tokenizer = tokenizerFromJson(await response.text());
  showTokens();
}

/** Writes a text into the field and shows its tokens; those of a whole sentence move apart. */
function show({ text, isWhole }: typeof shown): void {
  if (field.value !== text) field.value = text;
  shown = { text, isWhole };
  showTokens();
  markExample(text);
}

function showTokens(): void {
  if (!tokenizer) return;
  const { text, isWhole } = shown;
  const tokens = tokenizedText(tokenizer, text);
  showPieces(byId<TokensElement>('tokens'), tokens, { joined: !isWhole });
  count.textContent = isWhole && text !== '' ? piecesSentence(tokens) : '';
}

/** Marks the button of the example that is shown. */
function markExample(text: string): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('#examples [value]'))
    button.setAttribute('aria-pressed', String(text !== '' && examples[button.value]!.startsWith(text)));
}

/** Lets the examples write themselves until the visitor takes over; a still page shows the first one. */
async function playExamples(): Promise<void> {
  const sentences = Object.values(examples);
  if (prefersStill()) return show({ text: sentences[0]!, isWhole: true });
  const { signal } = (playing = new AbortController());
  pause.hidden = false;
  count.ariaLive = 'off'; // nobody asked for these
  await play(writing(sentences), show, signal);
  pause.hidden = true;
  count.ariaLive = 'polite';
}

/** Shows a sentence that the visitor has written or chosen. */
function choose(text: string): void {
  playing.abort();
  count.ariaLive = 'polite';
  state.set({ text });
  show({ text, isWhole: true });
}

defineTokens();
animatePictures();
reportIgnoredSettings(address);
const buttons = Object.entries(examples).map(([label, text]) => {
  const button = make('button', { type: 'button', value: label }, label);
  button.addEventListener('click', () => choose(text));
  return button;
});
byId('examples').prepend(make('span', { className: 'try', ariaHidden: 'true' }, 'Try'), ...buttons);
pause.addEventListener('click', () => playing.abort());
field.addEventListener('focus', () => playing.abort());
field.addEventListener('input', () => choose(field.value));
field.addEventListener('keydown', event => event.key === 'Enter' && event.preventDefault());
byId('bar').addEventListener('submit', event => event.preventDefault());
state.on(['text'], ({ text }) => {
  if (text !== shown.text) choose(text);
});
reportFailure(loadTokenizer());
if (state.now.text === '') reportFailure(playExamples());
else show({ text: state.now.text, isWhole: true });
