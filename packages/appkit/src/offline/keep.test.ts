import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepForOffline } from './keep.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page that is loading or not, in a browser with these features; returns the addresses of service workers. */
const pageIn = (features: { serviceWorkers: boolean; saveData?: boolean; refuses?: boolean }) => {
  const registered: string[] = [];
  const page = { isLoading: false };
  const register = async (url: URL) => {
    registered.push(url.href);
    if (features.refuses) throw new Error('SecurityError');
  };
  vi.stubGlobal('navigator', {
    ...(features.serviceWorkers && { serviceWorker: { register } }),
    ...(features.saveData && { connection: { saveData: true } }),
  });
  vi.stubGlobal('document', {
    readyState: 'complete',
    baseURI: 'https://example.org/site/tour/',
    querySelector: () => (page.isLoading ? {} : null),
  });
  return { registered, page };
};

test('a page is kept once nothing has been loading for a while', async () => {
  const { registered, page } = pageIn({ serviceWorkers: true });
  const kept = keepForOffline();
  await vi.advanceTimersByTimeAsync(1000);
  page.isLoading = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(registered).toEqual([]);
  page.isLoading = false;
  await vi.advanceTimersByTimeAsync(2500);
  await kept;
  expect(registered).toEqual(['https://example.org/site/tour/sw.js']);
});

test('nothing happens without service workers, and for visitors who save data', async () => {
  for (const features of [{ serviceWorkers: false }, { serviceWorkers: true, saveData: true }]) {
    const { registered } = pageIn(features);
    await keepForOffline();
    expect(registered).toEqual([]);
  }
});

test('a browser that refuses leaves the page as it is', async () => {
  const { registered } = pageIn({ serviceWorkers: true, refuses: true });
  const kept = keepForOffline();
  await vi.advanceTimersByTimeAsync(2500);
  await kept;
  expect(registered).toHaveLength(1);
});
