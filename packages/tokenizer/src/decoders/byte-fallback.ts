import type { ComponentReader } from '../formats/json/components.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** The reference reads a sign, too. */
const byteToken = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/;

/**
 * Joins neighbouring tokens `<0x..>` to the characters whose bytes they are. A run of them that is not UTF-8 becomes a token
 * U+FFFD for each of its bytes; since only the end of the run tells, a run is held back until then.
 */
export const byteFallback: ComponentReader<Decoder> = () => emit => {
  let run: number[] = [];
  const release = () => {
    if (run.length > 0) for (const text of textsOf(run)) emit(text, true);
    run = [];
  };
  const whole = perToken(token => token)(token => {
    const hex = byteToken.exec(token)?.[1];
    if (hex !== undefined) {
      run.push(Number.parseInt(hex, 16));
      return;
    }
    release();
    emit(token, true);
  });
  return {
    push: whole.push,
    finish() {
      whole.finish();
      release();
    },
  };
};

function textsOf(bytes: readonly number[]): string[] {
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return bytes.map(() => '\uFFFD');
  }
}
