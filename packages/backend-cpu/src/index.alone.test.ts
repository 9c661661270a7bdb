import { ready, requireBackend, tensor } from '@residual/tensor';
import { expect, test, vi } from 'vitest';

test('one import is a backend that computes, and prints nothing', async () => {
  const printed = (['log', 'warn', 'error'] as const).map(name => vi.spyOn(console, name).mockReturnValue());
  await import('./index.js');
  await ready();
  expect(requireBackend()).toBe('cpu');
  const x = tensor([1, 2], [2]);
  expect([...(await x.data())]).toEqual([1, 2]);
  x.dispose();
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});
