import { latestOnly, type State, strokesFrom } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { ByteImage } from '@residual/vision';
import { drawn } from './drawn.js';
import type { Library } from './library.js';
import type { functions } from './picture-worker.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** A picture with its vector. */
export interface Shown {
  /** What it is, in words. */
  readonly name: string;
  readonly image: ByteImage;
  /** Of length 1. */
  readonly vector: Float32Array;
}

/** The picture that is looked at: an emoji, a drawing or a file. */
export interface LookedAt {
  readonly shown: Shown | undefined;
  /** Looks at a picture of the library. */
  choose(row: number): void;
  /** Looks at a file. Errors if it is no picture. */
  take(file: File): Promise<void>;
  /** Reads the picture again, as with another model. */
  read(): Promise<void>;
  /** Calls `act` with each new picture, or with none. */
  onChange(act: (shown: Shown | undefined) => void): void;
}

/** The picture that the address names; `report` is called with errors. */
export function openLookedAt(
  state: State<Settings>,
  session: Session,
  library: Library,
  worker: Remote<typeof functions>,
  report: (error: unknown) => void,
): LookedAt {
  const latest = latestOnly();
  const listeners: ((shown: Shown | undefined) => void)[] = [];
  let shown: Shown | undefined;
  let file: File | undefined;

  /** The picture of the address, or the file; undefined if there is none. */
  const source = async (): Promise<Omit<Shown, 'vector'> | undefined> => {
    const { picture, drawing } = state.now;
    const row = picture === '' ? undefined : library.rowOf(picture);
    if (row !== undefined) {
      const { emoji, label } = library.pictures[row]!;
      return { name: `${emoji} ${label}`, image: library.imageOf(row) };
    }
    const strokes = strokesFrom(drawing);
    if (strokes.length > 0) return { name: 'your drawing', image: drawn(strokes, session.size) };
    if (!file) return undefined;
    const { image, width, height } = await worker.read(file, session.size);
    return { name: `${file.name}, ${width} × ${height} pixels`, image };
  };
  const read = async () => {
    const work = (async () => {
      const next = await source();
      return { next: next && { ...next, vector: await session.model.embedImage(next.image) } };
    })();
    const result = await latest(work);
    if (!result) return;
    shown = result.next;
    for (const act of listeners) act(shown);
  };
  state.on(['picture', 'drawing'], ({ picture, drawing }) => {
    if (picture !== '' || drawing !== '') file = undefined;
    if (session.isLoaded) read().catch(report);
  });
  return {
    get shown() {
      return shown;
    },
    choose: row => state.set({ picture: library.pictures[row]!.emoji, drawing: '' }),
    take: async next => {
      const before = file;
      file = next;
      try {
        const { picture, drawing } = state.now;
        if (picture === '' && drawing === '') await read();
        else {
          await worker.read(next, 1); // an error loses nothing
          state.set({ picture: '', drawing: '' });
        }
      } catch (error) {
        file = before;
        throw error;
      }
    },
    read,
    onChange: act => {
      listeners.push(act);
    },
  };
}
