import { attempt, byId, fixed, on, percent, type State, singleRun } from '@residual/appkit';
import { classAttention } from './class-attention.js';
import type { Heat } from './heat.js';
import type { LookedAt, Shown } from './looked-at.js';
import { occlude, placeOf, squares } from './occlusion.js';
import type { Search } from './search.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** What was found of a word in a picture. */
interface Place {
  readonly heat: Heat;
  readonly sentence: string;
}

/** Looks for a word in the picture. */
export interface WhereView {
  /** Looks for the word in the field, or for this one if there is none. */
  locate(nearestWord: string): Promise<void>;
  /** Ends what is running and removes its sentence. */
  clear(): void;
}

/** Wires the word that is looked for in the picture; `paint` tints the picture. */
export function whereView(
  state: State<Settings>,
  session: Session,
  { search, lookedAt }: { readonly search: Search; readonly lookedAt: LookedAt },
  paint: (heat?: Heat) => void,
): WhereView {
  const field = byId<HTMLInputElement>('word');
  const [said, stop] = [byId('where'), byId<HTMLButtonElement>('stop')];
  const runs = singleRun();
  const locate = (nearestWord: string) =>
    runs.start(async signal => {
      const { shown } = lookedAt;
      const target = field.value.trim() || nearestWord;
      if (!shown || target === '') return;
      said.textContent = `Covering the picture piece by piece, for “${target}” …`;
      stop.hidden = false;
      try {
        const { heat, sentence } = await placeIn(session, search, shown, target, signal);
        paint(heat);
        said.textContent = sentence;
      } catch (error) {
        said.textContent = signal.aborted ? 'Stopped.' : '';
        throw error;
      } finally {
        stop.hidden = true;
      }
    });
  on('locate', 'submit', () => {
    if (field.value.trim() !== state.now.word) state.set({ word: field.value.trim() });
    else return locate(field.placeholder);
  });
  state.on(['word'], ({ word }) => {
    field.value = word;
    attempt(() => locate(field.placeholder));
  });
  on('stop', 'click', () => runs.end());
  field.value = state.now.word;
  return {
    locate,
    clear: () => {
      runs.end();
      said.textContent = '';
    },
  };
}

/** Finds a word in a picture: by attention where the model has patches and a class token, else by covering parts. */
async function placeIn(
  session: Session,
  search: Search,
  { image }: Shown,
  target: string,
  signal: AbortSignal,
): Promise<Place> {
  const attention = await classAttention(session, image, signal);
  if (attention) {
    const { rows, columns, weights } = attention;
    const most = Math.max(...weights);
    return {
      heat: { rows, columns, values: weights.map(value => value / most) },
      sentence:
        `Tinted: where the class token attends to in the last block, in ${rows} × ${columns} patches, the mean of ` +
        `its heads; at most ${percent(most)} to one patch. It is the same for every word.`,
    };
  }
  const { vector } = await search.embed(target);
  const { whole, falls, lowest } = await occlude(session, image, vector, signal);
  const most = Math.max(...falls, Math.abs(whole) / 10, 1e-6);
  return {
    heat: { rows: squares, columns: squares, values: falls.map(value => Math.max(0, value) / most) },
    sentence:
      `Its cosine with “${target}” is ${fixed(whole, 3)}. With a white square over ${placeOf(lowest)} it is ` +
      `${fixed(lowest.cosine, 3)}, lower than anywhere else; the stronger the tint, the more it falls.`,
  };
}
