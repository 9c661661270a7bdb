/** A moment of a text that writes itself. */
export interface Moment {
  readonly text: string;
  /** Whether the sentence is complete. */
  readonly isWhole: boolean;
  /** How long it is shown, in milliseconds. */
  readonly pause: number;
}

/** How long a whole sentence is shown before the next one. */
const reading = 5000;

/** The moments of some sentences that are written one after the other, letter by letter, once; the first ends them. */
export function* writing(sentences: readonly string[]): Generator<Moment> {
  for (const sentence of [...sentences, ...sentences.slice(0, 1)]) {
    const letters = [...sentence];
    for (let length = 1; length < letters.length; length++) {
      const [text, last] = [letters.slice(0, length).join(''), letters[length - 1]!];
      yield { text, isWhole: false, pause: /[,.!?]/.test(last) ? 260 : 38 };
    }
    yield { text: sentence, isWhole: true, pause: reading };
  }
}

/** Shows moments one after the other until the signal aborts; an unfinished sentence is then completed. */
export async function play(
  moments: Iterable<Moment>,
  show: (moment: Moment) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const moment of moments) {
    if (signal.aborted && !moment.isWhole) continue;
    show(moment);
    if (!signal.aborted) await sleep(moment.pause, signal);
    if (signal.aborted && moment.isWhole) return;
  }
}

/** Waits, at most until the signal aborts. */
const sleep = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
