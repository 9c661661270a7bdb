import type { Component } from '../formats/json/components.js';
import { type Decoder, perToken } from './decoder.js';

/** The reference also accepts a sign. */
const byteToken = /^<0x([0-9A-Fa-f]{2}|\+[0-9A-Fa-f])>$/;

/**
 * Joins neighbouring tokens `<0x..>` to characters. If a run of them is not valid UTF-8, each byte becomes a token
 * U+FFFD. Only the end of the run decides this, so a stream holds the run back.
 */
export const byteFallback: Component<Decoder> = { type: 'ByteFallback', fromJson: () => joinBytes };

const joinBytes: Decoder = emit => {
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
