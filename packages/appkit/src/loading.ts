import type { LoadProgress } from '@residual/model';
import type { Download } from './downloads.js';
import { megabytes } from './format.js';
import { byId, make } from './page.js';

/** The options of a select of backends: `auto` and each backend. */
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

/** Names of files for visitors. */
const names: readonly (readonly [file: RegExp, name: string])[] = [
  [/^vectors\.safetensors$/, 'the word vectors'],
  [/^vocab\.json$/, 'the words'],
  [/^model\.safetensors$/, 'the model'],
  [/^tokenizer\.json$/, 'the vocabulary of the model'],
  [/^tokens\.txt$/, 'the vocabulary of GPT-2'],
  [/^tokens\.txt$/, 'the list of tokens'],
  [/\.wasm$|\.[cm]?[jt]s$/, 'the program'],
];

/** The progress of a download as a sentence. */
export const progressText = ({ file, done, total }: Pick<Download, 'file' | 'done' | 'total'>): string => {
  const name = names.find(([pattern]) => pattern.test(file))?.[1] ?? file;
  return `Loading ${name}: ${total === undefined ? megabytes(done) : `${megabytes(done)} of ${megabytes(total)}`} MB`;
};

/** An element of the page that shows the progress of loading. */
export interface LoadingView {
  /** Shows the progress of a file; the element is visible as long as a file is loading. */
  readonly download: (download: Download) => void;
  /** Shows how many weights of a model are loaded, while no file is loading. */
  readonly onProgress: (progress: LoadProgress) => void;
  /** Shows the element until `end`, also while no file is loading; its button, if it has one, calls `cancel`. */
  start(cancel?: () => void): void;
  /** Hides the element. */
  end(): void;
  /** Shows a sentence; the button calls `again`. */
  fail(sentence: string, again: () => void): void;
  /** Shows how much would be loaded; the button, with this label, calls `load`. */
  ask(sentence: string, label: string, load: () => void): void;
}

/** Wires the element with this id; adds a sentence and a progress bar if it has none. */
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
      downloads.delete(download.address);
      if (!download.isComplete) downloads.set(download.address, download);
      const weight = ({ total, done, isIdle }: Download) => (isIdle ? 0 : (total ?? done));
      const [largest] = [...downloads.values()].sort((a, b) => weight(b) - weight(a));
      const shown = largest ?? download;
      show(progressText(shown), shown.done, shown.total);
      if (!largest && !isOpen) element.hidden = true;
    },
    onProgress: ({ stage, done, total }) => {
      if (stage === 'weights' && downloads.size === 0) show(`Loading weights: ${done} of ${total}`, done, total);
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
      offer('Load again', 'Starts the download again.', again);
    },
    ask: (sentence, label, load) => {
      [element.hidden, bar.hidden] = [false, true];
      text.textContent = sentence;
      offer(label, 'Starts the download.', load);
    },
  };
}
