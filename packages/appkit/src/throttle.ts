const maxBurst = 20;
const interval = 400;

/**
 * Calls `act` with each value at once; after a burst of 20 only with the latest value, every 400 ms. That is fewer than
 * 100 calls in 30 seconds, the limit at which Safari rejects changes of the address.
 */
export function throttle<Value>(act: (value: Value) => void): (value: Value) => void {
  let [tokens, lastTime] = [maxBurst, Date.now()];
  let latest: { value: Value } | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const next = () => {
    waiting = undefined;
    const now = Date.now();
    [tokens, lastTime] = [Math.min(maxBurst, tokens + (now - lastTime) / interval), now];
    if (tokens < 1) {
      waiting = setTimeout(next, Math.ceil((1 - tokens) * interval));
      return;
    }
    tokens--;
    act(latest!.value);
  };
  return value => {
    latest = { value };
    if (waiting === undefined) next();
  };
}
