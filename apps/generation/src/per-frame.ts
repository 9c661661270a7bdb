/**
 * Collects items and hands them on once a frame, so that a fast model does not block the page; `flush` hands on the
 * rest.
 */
export function perFrame<Item>(act: (items: readonly Item[]) => void): { add(item: Item): void; flush(): void } {
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
