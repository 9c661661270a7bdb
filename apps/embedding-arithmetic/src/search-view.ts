import {
  attempt,
  byId,
  chips,
  fixed,
  joined,
  latestOnly,
  make,
  on,
  onFiles,
  shippedEmbedder,
  singleRun,
} from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { Passage } from '@residual/model';
import { island, questions } from './island.js';
import { maxCharacters, type passageFunctions, readPassages } from './passages.js';
import { SearchedText } from './searched-text.js';
import type { Hit } from './sentence-computations.js';
import type { SentenceModel } from './sentence-model.js';
import type { State } from './state.js';

/** The text that is searched, and what is known of it. */
interface Reading {
  readonly text: string;
  /** Its passages; none before it is read. */
  passages: readonly Passage[];
  /** The vectors of the first passages. */
  readonly vectors: Float32Array[];
}

const own = () => byId<HTMLTextAreaElement>('own-text');
const query = () => byId<HTMLInputElement>('query');
const list = () => byId<HTMLElementTagNameMap['residual-neighbours']>('hits');

/** Lets the visitor search a text by meaning. */
export function searchView(state: State, worker: Remote<typeof passageFunctions>, model: SentenceModel): void {
  const [shown, run, latest] = [new SearchedText(byId('searched')), singleRun(), latestOnly()];
  let reading: Reading = { text: island, passages: [], vectors: [] };
  let isWanted = false;

  const open = async (text: string) => {
    expectLength(text);
    await run.end();
    reading = { text, passages: [], vectors: [] };
    own().value = text;
    shown.show(text, []);
    clear();
    byId('questions').hidden = text !== island;
    showState(reading, false);
  };
  const read = () =>
    run.start(async signal => {
      const { passages, vectors, text } = reading;
      try {
        showState(reading, true);
        if (passages.length === 0) {
          reading.passages = await worker.passages(shippedEmbedder('minilm')['tokenizer.json']!, text);
          shown.show(text, reading.passages);
        }
        const onProgress = () => showState(reading, true);
        onProgress();
        await readPassages(model.loaded!, reading.passages, vectors, { signal, onProgress });
      } finally {
        showState(reading, false);
      }
      await search();
    });
  const search = async () => {
    const { passages, vectors } = reading;
    const asked = query().value.trim();
    if (vectors.length === 0 || asked === '') return clear();
    const work = (async () =>
      worker.nearestPassages(joined(vectors), vectors.length, await model.loaded!.embed(asked), 5))();
    const hits = await latest(work);
    if (hits) showHits(hits, asked, passages, shown);
  };
  const clear = () => {
    byId('search-answer').replaceChildren();
    list().neighbours = [];
    list().hidden = true;
    shown.highlight([], undefined);
  };

  on('read-text', 'click', read);
  on('stop-reading', 'click', run.end);
  const ask = (question: string) => {
    query().value = question;
    state.set({ query: question });
    return search();
  };
  on('search', 'submit', () => ask(query().value));
  chips(
    'questions',
    questions.map(question => [question, question] as const),
    question => attempt(() => ask(question)),
  );
  list().addEventListener('residual-neighbour', ({ detail }) => {
    shown.highlight(
      list().neighbours.map(({ row }) => row),
      detail.row,
    );
  });
  byId('search-load').addEventListener('click', () => {
    isWanted = true;
  });
  model.whenLoaded(() => {
    byId('reading').hidden = false;
    if (isWanted) attempt(read);
  });
  on('use-text', 'click', () => open(own().value));
  on('text-reset', 'click', () => open(island));
  onFiles('text-file', async ([file]) => file && open(await textOf(file)));
  state.on(['query'], settings => {
    if (query().value === settings.query) return;
    query().value = settings.query;
    attempt(search);
  });
  query().value = state.now.query;
  attempt(() => open(island));
}

/** The text of a file. Errors if it is too large. */
async function textOf(file: File): Promise<string> {
  if (file.size > 4 * maxCharacters) expectLength({ length: file.size });
  return file.text();
}

function expectLength({ length }: Pick<string, 'length'>): void {
  if (length > maxCharacters)
    throw new Error(`The text has ${length} characters; this page searches ${maxCharacters} at most.`);
}

/** Says how much of the text is read, and offers what can be done. */
function showState({ passages, vectors }: Reading, isRunning: boolean): void {
  const [done, total] = [vectors.length, passages.length];
  const isRead = total > 0 && done === total;
  const bar = byId<HTMLProgressElement>('reading-progress');
  bar.max = Math.max(1, total);
  bar.value = done;
  bar.hidden = !isRunning;
  byId('stop-reading').hidden = !isRunning;
  byId('read-text').hidden = isRunning || isRead;
  byId('read-text').textContent = done === 0 ? 'Read the text' : 'Read on';
  byId('search').hidden = done === 0 || isRunning;
  byId('reading-said').textContent = isRunning
    ? `Reading: ${done} of ${total} passages`
    : done === 0
      ? 'Each passage gets a vector, once; then every search takes a moment.'
      : isRead
        ? `All ${total} passages are read.`
        : `Stopped: ${done} of ${total} passages can be searched.`;
}

/** Lists the nearest passages and highlights them in the text. */
function showHits(hits: readonly Hit[], asked: string, passages: readonly Passage[], shown: SearchedText): void {
  const [best] = hits;
  list().hidden = false;
  list().neighbours = hits.map(({ row, cosine }) => ({ word: passages[row]!.text, row, similarity: cosine }));
  byId('search-answer').replaceChildren(
    `Nearest to “${asked}”, with cosine ${fixed(best!.cosine, 2)}: `,
    make('strong', {}, passages[best!.row]!.text),
  );
  shown.highlight(
    hits.map(({ row }) => row),
    best!.row,
  );
}
