import { byId, debounce, joined, latestOnly, make, percent, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { nearestSentences, type SentenceMap, type sentenceFunctions } from './sentence-computations.js';
import { sentencesIn } from './sentence-examples.js';
import type { SentenceModel } from './sentence-model.js';
import { SentencePlot } from './sentence-plot.js';
import { preset } from './settings.js';
import type { State } from './state.js';

const lines = () => byId<HTMLTextAreaElement>('lines');
const chooser = () => byId<HTMLSelectElement>('chosen');

/** Milliseconds without typing after which the map follows. */
const pause = 500;

/** Shows sentences on a map of their meaning, and which are nearest to a chosen one. */
export function sentencesView(state: State, worker: Remote<typeof sentenceFunctions>, model: SentenceModel): void {
  const latest = latestOnly();
  const vectorsOf = vectorCache(model);
  let shown: { readonly sentences: readonly string[]; readonly map: SentenceMap } | undefined;
  let chosen = '';

  const draw = () => {
    if (!shown) return;
    const { sentences, map } = shown;
    if (!sentences.includes(chosen)) chosen = sentences[0]!;
    const row = sentences.indexOf(chosen);
    chooser().value = sentences[row]!;
    plot.show({ sentences, points: map.points, chosen: row, near: showNeighbours(sentences, map, row) });
  };
  const choose = (sentence: string) => {
    chosen = sentence;
    if (shown?.sentences.includes(sentence)) draw(); // else once it has its vector
  };
  const plot = new SentencePlot(document.querySelector<SVGElement>('#sentence-map')!, choose);

  const compute = async () => {
    if (!model.loaded) return;
    const work = (async () => {
      const sentences = sentencesIn(state.now.lines);
      const vectors = await vectorsOf(sentences);
      return { sentences, map: await worker.sentenceMap(joined(vectors), sentences.length) };
    })();
    try {
      const result = await latest(work);
      if (!result) return;
      showError(undefined, 'sentences-error');
      shown = result;
      offer(result.sentences, result.map);
      draw();
    } catch (error) {
      showError(error, 'sentences-error');
    }
  };
  const type = debounce(() => state.set({ lines: lines().value }), pause);
  const become = (text: string) => {
    type.cancel();
    lines().value = text;
    state.set({ lines: text });
  };

  lines().addEventListener('input', type);
  chooser().addEventListener('change', () => choose(chooser().value));
  byId('sentence-neighbours').addEventListener('residual-neighbour', ({ detail }) => choose(detail.word));
  byId('lines-reset').addEventListener('click', () => become(preset.lines));
  byId('add').addEventListener('submit', event => {
    event.preventDefault();
    const added = byId<HTMLInputElement>('added');
    const sentence = added.value.trim();
    if (sentence === '') return;
    added.value = '';
    choose(sentence);
    const isThere = lines()
      .value.split('\n')
      .some(line => line.trim() === sentence);
    if (!isThere) become(`${lines().value.trimEnd()}\n${sentence}`);
  });
  state.on(['lines'], settings => {
    if (lines().value !== settings.lines) lines().value = settings.lines;
    compute();
  });
  model.whenLoaded(() => {
    for (const id of ['sentence-tools', 'add']) byId(id).hidden = false;
    compute();
  });
  lines().value = state.now.lines;
  plot.show(undefined);
}

/** The vectors of sentences; those that were there at the last call are not computed again. */
function vectorCache(model: SentenceModel): (sentences: readonly string[]) => Promise<readonly Float32Array[]> {
  let cache = new Map<string, Float32Array>();
  return async sentences => {
    const missing = sentences.filter(sentence => !cache.has(sentence));
    const computed = missing.length === 0 ? [] : await model.loaded!.embedBatch(missing);
    const all = new Map([...cache, ...missing.map((sentence, i) => [sentence, computed[i]!] as const)]);
    cache = new Map(sentences.map(sentence => [sentence, all.get(sentence)!]));
    return [...cache.values()];
  };
}

/** Offers the sentences in the select, and says what the map shows. */
function offer(sentences: readonly string[], { shares }: SentenceMap): void {
  chooser().replaceChildren(...sentences.map(sentence => new Option(sentence, sentence)));
  const share = percent(shares.reduce((sum, value) => sum + value, 0));
  byId('sentence-shares').textContent =
    `Each dot is one of ${sentences.length} sentences. The two axes, the principal components of their vectors, show ` +
    `${share} of what tells them apart.`;
  document
    .querySelector('#sentence-map')!
    .setAttribute('aria-label', `Map of ${sentences.length} sentences; the list beside it names the nearest ones`);
}

/** Lists the sentences nearest to a row; returns the rows of the first three. */
function showNeighbours(sentences: readonly string[], map: SentenceMap, row: number): readonly number[] {
  const hits = nearestSentences(map, row, 6);
  const list = byId<HTMLElementTagNameMap['residual-neighbours']>('sentence-neighbours');
  list.neighbours = hits.map(hit => ({ word: sentences[hit.row]!, row: hit.row, similarity: hit.cosine }));
  const [best] = hits;
  byId('sentences-answer').replaceChildren(
    `“${sentences[row]}” is nearest to “`,
    make('strong', {}, sentences[best!.row]!),
    `”, with cosine ${best!.cosine.toFixed(2)}.`,
  );
  return hits.slice(0, 3).map(hit => hit.row);
}
