import { readFileSync } from 'node:fs';
import { captureWorklet } from '@residual/audio';
import { expect, test } from 'vitest';

test('the file beside the page is the worklet that the package names', () => {
  const file = new URL('../public/capture.js', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(captureWorklet);
});
