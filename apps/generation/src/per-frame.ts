/** Collects what comes and hands it on once a frame, so that a fast model leaves the page its time; `flush` hands on what is left. */
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
