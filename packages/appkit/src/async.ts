/**
 * Returns a function that waits for a result, unless it is called again meanwhile: then the result is undefined, and an
 * error is ignored.
 */
export function latestOnly(): <Result>(work: Promise<Result>) => Promise<Result | undefined> {
  let last = 0;
  return async work => {
    const own = ++last;
    try {
      const result = await work;
      return own === last ? result : undefined;
    } catch (error) {
      if (own === last) throw error;
      return undefined;
    }
  };
}

/** Returns a function that loads at its first call and then returns the same promise; a failed load is tried again. */
export function loadOnce<Result>(load: () => Promise<Result>): () => Promise<Result> {
  let loading: Promise<Result> | undefined;
  return () => {
    loading ??= load().catch(error => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

/** An action that waits until its calls pause, as a visitor pauses while typing. */
export interface Debounced {
  /** Requests the action, which runs once no other call has come for the delay. */
  (): void;
  /** Drops a requested action. */
  cancel(): void;
}

/** Runs `act` once its calls have paused for `delay` milliseconds. */
export function debounce(act: () => unknown, delay: number): Debounced {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => clearTimeout(waiting);
  const request = () => {
    cancel();
    waiting = setTimeout(act, delay);
  };
  return Object.assign(request, { cancel });
}

/** One action at a time: a new one first ends the running one. */
export interface SingleRun {
  readonly isRunning: boolean;
  /** Ends the running action, then runs another one; returns its result. */
  start<Result>(act: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
  /** Aborts the running action and waits until it has ended. */
  end(): Promise<void>;
}

/** Makes a `SingleRun`; `ended` is called when an action has ended. */
export function singleRun(ended?: () => void): SingleRun {
  let running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
  const end = async () => {
    running?.abort.abort();
    await running?.done;
  };
  return {
    get isRunning() {
      return running !== undefined;
    },
    start: async act => {
      while (running) await end(); // also another one that started meanwhile
      const abort = new AbortController();
      const work = act(abort.signal);
      const finish = () => {
        running = undefined;
        ended?.();
      };
      running = { abort, done: work.then(finish, finish) };
      return work;
    },
    end,
  };
}
