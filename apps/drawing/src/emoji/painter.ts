import { latestOnly, nextFrame, type SingleRun, singleRun } from '@residual/appkit';
import type { PaintedResult } from '@residual/model';
import type { ByteImage } from '@residual/vision';
import type { Session } from '../session.js';
import { type PaintSettings, paintOptionsOf } from './sampling.js';

/** A picture as it grows code by code, and how much of it is shown. */
export interface Painter {
  /** All codes; -1 is one that is not there yet. */
  readonly codes: Int32Array;
  readonly grid: PatchGridSize;
  /** How many codes are there. */
  readonly count: number;
  /** How many codes are shown. */
  readonly at: number;
  /** The patch whose code was the least likely of those that were painted last; -1 before. */
  readonly leastLikely: number;
  /** The picture of the codes that are shown; undefined while it is not known. */
  readonly image: ByteImage | undefined;
  readonly isMoving: boolean;
  /** Paints the codes that are -1, behind those that are there, and shows each. Resolves to the words left out. */
  paint(words: string, settings: PaintSettings, codes: Int32Array): Promise<readonly string[]>;
  /** Shows codes, all of which are there. */
  show(codes: Int32Array): Promise<void>;
  /** Ends what moves; the codes so far stay. */
  stop(): Promise<void>;
  /** Shows the picture as it was after this many codes. */
  seek(at: number): Promise<void>;
}

/** Rows and columns of the codes of a picture. */
export interface PatchGridSize {
  readonly rows: number;
  readonly columns: number;
}

/** Rows and columns of the codes of the loaded model that paints, and how many codes there are to choose from. */
export function imageSizes({ model }: Pick<Session, 'model'>): PatchGridSize & { readonly codebookSize: number } {
  const { image_size, patch_size, codebook_size } = model.config.image_config as Readonly<Record<string, number>>;
  const side = Math.floor(image_size! / patch_size!);
  return { rows: side, columns: side, codebookSize: codebook_size! };
}

/** Makes a painter; `changed` is called whenever something else is shown. */
export function openPainter(session: Session, changed: () => void): Painter {
  const runs: SingleRun = singleRun(changed);
  const latest = latestOnly();
  let grid: PatchGridSize = { rows: 8, columns: 8 };
  let codes: Int32Array = new Int32Array(64).fill(-1);
  let count = 0;
  let at = 0;
  let leastLikely = -1;
  let images: (ByteImage | undefined)[] = []; // after as many codes as their index says
  /** Takes other codes; the pictures of those that stay are known. */
  const take = (next: Int32Array) => {
    const stays = next.findIndex((code, i) => code !== codes[i]);
    images = images.slice(0, stays < 0 ? undefined : stays + 1);
    codes = next.slice();
    const missing = codes.indexOf(-1);
    count = missing < 0 ? codes.length : missing;
    at = count;
    changed();
  };
  const seek = async (next: number) => {
    at = Math.min(count, Math.max(0, next));
    changed();
    if (images[at]) return;
    const known = at;
    const image = await latest(session.model.decodeImage(codes.map((code, i) => (i < known ? code : -1))));
    if (!image || known !== at) return;
    images[known] = image;
    changed();
  };
  return {
    get codes() {
      return codes;
    },
    get grid() {
      return grid;
    },
    get count() {
      return count;
    },
    get at() {
      return at;
    },
    get leastLikely() {
      return leastLikely;
    },
    get image() {
      return images[at];
    },
    get isMoving() {
      return runs.isRunning;
    },
    paint: (words, settings, given) =>
      runs.start(async signal => {
        grid = imageSizes(session);
        take(given);
        await seek(count);
        let least = 1;
        const run = session.model.paint(words, { ...paintOptionsOf(settings), codes: given, previewEvery: 1, signal });
        const steps = run[Symbol.asyncIterator]();
        for (let step = await steps.next(); ; step = await steps.next()) {
          if (step.done) return (step.value as PaintedResult).unknownWords;
          const { index, codes: soFar, image, probability } = step.value;
          if (probability < least) [least, leastLikely] = [probability, index];
          codes = soFar;
          count = index + 1;
          at = count;
          images[at] = image;
          changed();
          await nextFrame();
        }
      }),
    show: all =>
      runs.start(async () => {
        grid = imageSizes(session);
        take(all);
        await seek(count);
      }),
    stop: () => runs.end(),
    seek,
  };
}
