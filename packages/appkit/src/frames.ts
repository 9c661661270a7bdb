/** Waits for the next frame. */
export function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}

/**
 * Returns a function that calls `act` in the next frame, once a frame, with the latest item; with an `interval` in ms,
 * at most once in that time.
 */
export function perFrame<Item = void>(act: (item: Item) => void, interval = 0): (item: Item) => void {
  let latest: { readonly item: Item } | undefined;
  let shownAt = -Infinity;
  const show = () =>
    requestAnimationFrame(() => {
      const { item } = latest!;
      latest = undefined;
      shownAt = performance.now();
      act(item);
    });
  return item => {
    const isRequested = latest !== undefined;
    latest = { item };
    if (isRequested) return;
    const wait = shownAt + interval - performance.now();
    if (wait > 0) setTimeout(show, wait);
    else show();
  };
}

/**
 * Collects items and passes them to `act` once a frame, so that a fast model does not block the page; `flush` passes on
 * the rest at once.
 */
export function collectPerFrame<Item>(act: (items: readonly Item[]) => void): { add(item: Item): void; flush(): void } {
  let items: Item[] = [];
  const flush = () => {
    const ready = items;
    items = [];
    if (ready.length > 0) act(ready);
  };
  return {
    add: item => {
      if (items.push(item) === 1) requestAnimationFrame(flush);
    },
    flush,
  };
}
