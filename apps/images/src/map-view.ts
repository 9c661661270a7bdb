import { byId, joined, latestOnly, percent, reportFailure, watchSight } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { Library } from './library.js';
import type { functions } from './picture-worker.js';
import { PlaneMap } from './plane-map.js';
import type { Search } from './search.js';
import { difference, type Rows, rowOf } from './vectors.js';

/** The most words on the map. */
const mostWords = 700;

/** Wires the map of pictures and words. Returns the function that draws it for other vectors. */
export function mapView(library: Library, worker: Remote<typeof functions>, search: Search): () => void {
  const latest = latestOnly();
  const canvas = byId<HTMLCanvasElement>('map');
  const map = new PlaneMap(canvas, library, name => {
    byId('pointed').textContent = name;
  });
  let isDrawn = false;
  let isInSight = false;
  const draw = async () => {
    if (!isInSight || isDrawn) return;
    isDrawn = true;
    const { pictures, words, shown, names, means } = search.tables;
    if (pictures.count < library.pictures.length) {
      byId('map-shares').textContent = 'The map is drawn once all pictures are read.';
      return;
    }
    const chosen = wordRows(names);
    const centred = (rows: Rows, centre: Float32Array, row: number) => difference(rowOf(rows, row), centre);
    const vectors = [
      ...shown.map((_, row) => centred(pictures, means.pictures, row)),
      ...chosen.map(row => centred(words, means.words, row)),
    ];
    const result = await latest(worker.plane(joined(vectors), pictures.dim));
    if (!result) return;
    map.show({ points: result.points, pictures: shown, words: chosen.map(row => names[row]!) });
    const share = percent(result.shares.reduce((sum, value) => sum + value, 0));
    byId('map-shares').textContent =
      `Both are measured from their own mean. The two axes, the principal components, show ${share} of what tells ` +
      'them apart, so neighbours on the map need not be neighbours in the space.';
  };
  for (const [id, act] of [
    ['larger', () => map.zoomBy(1.5)],
    ['smaller', () => map.zoomBy(1 / 1.5)],
    ['whole', () => map.reset()],
  ] as const)
    byId(id).addEventListener('click', act);
  watchSight(canvas, isIn => {
    isInSight = isIn;
    reportFailure(draw());
  });
  return () => {
    isDrawn = false;
    reportFailure(draw());
  };
}

/** Single words, evenly chosen if there are too many. */
function wordRows(names: readonly string[]): number[] {
  const rows = names.flatMap((name, row) => (/^[a-z]{3,14}$/.test(name) ? [row] : []));
  const step = Math.max(1, rows.length / mostWords);
  return Array.from({ length: Math.min(rows.length, mostWords) }, (_, i) => rows[Math.floor(i * step)]!);
}
