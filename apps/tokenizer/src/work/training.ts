import type { Tokenizer } from '@residual/tokenizer';
import { type LearnedMerge, trainTokenizer } from '@residual/tokenizer/train';
import { tokenizeText } from './figures.js';
import { type Command, excerptOf, type Growth } from './growth.js';

/** Milliseconds before merge `index`: the first merges can be read, later ones fly by. */
const delay = (index: number) => Math.max(6, 500 * 0.94 ** index);
/** Shorter delays add up first: timers are coarse. */
const shortest = 12;
/** Milliseconds between two reports, and, without pace, the number of merges. */
const [reportInterval, reportedMerges] = [70, 25];
const wait = (milliseconds: number) => new Promise<void>(done => setTimeout(done, milliseconds));

/**
 * Trains a byte-level BPE on a text at a pace at which one can watch, or at once. Reports go to the port, and commands
 * come from it; the last report is returned. The name of an abort by `stop` is `AbortError`.
 */
export async function trainWatched(
  text: string,
  vocabSize: number,
  atOnce: boolean,
  port: MessagePort,
): Promise<{ tokenizer: Tokenizer; growth: Growth }> {
  const excerpt = excerptOf(text);
  const abort = new AbortController();
  const fresh: Omit<LearnedMerge, 'tokenizer'>[] = [];
  let [resume, isPaused]: [() => void, boolean] = [() => {}, false];
  let [index, due, next] = [0, 0, 0];
  port.onmessage = ({ data }: MessageEvent<Command>) => {
    isPaused = data === 'pause';
    if (data === 'stop') abort.abort(new DOMException('The training was stopped.', 'AbortError'));
    resume();
  };
  const growthOf = (tokenizer: Tokenizer): Growth => {
    const textOf = (token: string) => tokenizer.decode([tokenizer.tokenToId(token)!]);
    return {
      vocabSize: tokenizer.vocabSize,
      merges: fresh.splice(0).map(({ left, right, count }) => ({ left: textOf(left), right: textOf(right), count })),
      tokens: tokenizer.count(text),
      shown: tokenizeText(tokenizer, excerpt, false).tokens,
    };
  };
  const onMerge = async ({ tokenizer, ...merge }: LearnedMerge) => {
    fresh.push(merge);
    due += atOnce ? 0 : delay(index++);
    if (due >= shortest) {
      await wait(due);
      due = 0;
    }
    while (isPaused && !abort.signal.aborted)
      await new Promise<void>(done => {
        resume = done;
      });
    if (atOnce ? merge.vocabSize % reportedMerges !== 0 : performance.now() < next) return;
    port.postMessage(growthOf(tokenizer()));
    next = performance.now() + reportInterval;
  };
  const tokenizer = await trainTokenizer([text], { kind: 'byte-level-bpe', vocabSize, signal: abort.signal, onMerge });
  return { tokenizer, growth: growthOf(tokenizer) };
}
