import type { Download } from './downloads.js';
import { byId, make } from './page.js';

/** The choices of a backend, as a select offers them: `auto` and each by itself. */
export function backendOptions({
  backends,
  softwareGraphics,
}: {
  readonly backends: readonly string[];
  readonly softwareGraphics: boolean;
}): HTMLOptionElement[] {
  const auto = softwareGraphics ? 'auto (wasm: no graphics card here)' : 'auto (webgl)';
  return [new Option(auto, 'auto'), ...backends.map(name => new Option(name, name))];
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** What files are to a visitor. */
const names: readonly (readonly [file: RegExp, name: string])[] = [
  [/^vectors\.safetensors$/, 'the word vectors'],
  [/^vocab\.json$/, 'the words'],
  [/^model\.safetensors$/, 'the model'],
  [/^tokenizer\.json$/, 'the vocabulary of the model'],
  [/\.wasm$|\.[cm]?[jt]s$/, 'the program'],
];

/** How far a download is, in words. */
export const progressText = ({ file, done, total }: Pick<Download, 'file' | 'done' | 'total'>): string => {
  const name = names.find(([pattern]) => pattern.test(file))?.[1] ?? file;
  return `Loading ${name}: ${total === undefined ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`} MB`;
};

/** A place of the page that says how far loading is. */
export interface LoadingView {
  /** Shows how far a file is; the place is seen as long as one is on its way. */
  readonly download: (download: Download) => void;
  /** Shows how many weights of a model are placed, while nothing is on its way. */
  readonly showWeights: (done: number, total: number) => void;
  /** Shows the place until it is ended, also while nothing is on its way; its button, if it has one, cancels. */
  start(cancel?: () => void): void;
  /** Takes the place away. */
  end(): void;
  /** Leaves the place there with a sentence; its button tries again. */
  fail(sentence: string, again: () => void): void;
}

/** Wires the element with this id: it gets a sentence and a bar, where it has none. */
export function loadingView(id = 'loading'): LoadingView {
  const element = byId(id);
  const button = element.querySelector('button');
  const help = element.querySelector('small');
  const cancelHelp = help?.textContent ?? '';
  const text = element.querySelector('p') ?? make('p');
  const bar = element.querySelector('progress') ?? make('progress', { ariaLabel: 'loading' });
  for (const part of [bar, text]) if (!part.isConnected) element.prepend(part);
  const downloads = new Map<string, Download>();
  let isOpen = false;

  const offer = (label: string, sentence: string, act: (() => void) | undefined) => {
    if (help) help.textContent = sentence;
    if (button) [button.textContent, button.hidden, button.onclick] = [label, act === undefined, act ?? null];
  };
  const show = (words: string, done: number, total: number | undefined) => {
    text.textContent = words;
    bar.hidden = false;
    if (total === undefined) bar.removeAttribute('value');
    else [bar.max, bar.value] = [total, done];
    element.hidden = false;
  };
  return {
    download: download => {
      downloads.delete(download.file);
      if (!download.isComplete) downloads.set(download.file, download);
      const weight = ({ total, done, isIdle }: Download) => (isIdle ? 0 : (total ?? done));
      const [largest] = [...downloads.values()].sort((a, b) => weight(b) - weight(a));
      const shown = largest ?? download;
      show(progressText(shown), shown.done, shown.total);
      if (!largest && !isOpen) element.hidden = true;
    },
    showWeights: (done, total) => {
      if (downloads.size === 0) show(`Placing weights: ${done} of ${total}`, done, total);
    },
    start: cancel => {
      downloads.clear();
      isOpen = true;
      show('Loading', 0, undefined);
      offer('Cancel', cancelHelp, cancel);
    },
    end: () => {
      downloads.clear();
      isOpen = false;
      element.hidden = true;
    },
    fail: (sentence, again) => {
      downloads.clear();
      isOpen = false;
      [element.hidden, bar.hidden] = [false, true];
      text.textContent = sentence;
      offer('Load again', 'Begins the loading anew.', again);
    },
  };
}
