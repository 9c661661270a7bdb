import { type BarsElement, defineElements, type TokensElement } from '@residual/elements';
import type { Step } from '@residual/model';
import { attentionView } from './attention-view.js';
import { readControls, writeControls } from './controls.js';
import { nameView } from './name-view.js';
import { byId, isAbort, showError } from './page.js';
import { type Origin, openSession, type Session } from './session.js';
import { hashOf, preset, settingsFrom } from './settings.js';
import { showBarsOnLook, write } from './story.js';

defineElements();
const busy = byId<HTMLProgressElement>('progress');
const status = byId('status');
const [generate, stop] = [byId<HTMLButtonElement>('generate'), byId<HTMLButtonElement>('stop')];
const story = byId<TokensElement>('story');
const bars = byId<BarsElement>('bars');
let running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined;
let steps: Step[] = [];
let promptLength = 0;

writeControls(settingsFrom(location.hash));
start().catch(showError);

async function start(): Promise<void> {
  const session = await openSession((words, done, total) => {
    status.textContent = `Loading ${words}`;
    [busy.max, busy.value] = [total, done];
  });
  byId<HTMLSelectElement>('backend').append(...session.backends.map(name => new Option(name, name)));
  writeControls(settingsFrom(location.hash));
  const attention = attentionView(session);
  const name = nameView(session);
  showBarsOnLook(session, story, bars, () => ({ steps, promptLength }));

  const on = (id: string, event: string, act: () => Promise<void> | void) =>
    byId(id).addEventListener(event, given => {
      given.preventDefault();
      attempt(act);
    });
  const views = async () => {
    await attention();
    await name();
  };
  const load = async (origin: Origin) => {
    await end();
    await task(() => session.load(origin, readControls().backend).then(facts));
    await tell(session);
    await views();
  };

  on('controls', 'input', share);
  on('controls', 'submit', () => tell(session));
  on('stop', 'click', end);
  on('reset', 'click', async () => {
    await end();
    writeControls({ ...preset, backend: readControls().backend, model: readControls().model });
    share();
    await tell(session);
  });
  on('both', 'click', () => both(session));
  on('attention-form', 'submit', attention);
  on('attention-story', 'click', () => {
    byId<HTMLInputElement>('attention-text').value = story.tokens.map(({ text }) => text).join('');
    return attention();
  });
  on('name-form', 'submit', name);
  on('model', 'input', share);
  on('backend', 'change', () => {
    share();
    return load(session.origin);
  });
  on('hub-form', 'submit', () => load(originOf(readControls().model)));
  on('files', 'change', () => load({ files: [...(byId<HTMLInputElement>('files').files ?? [])] }));
  addEventListener('hashchange', () =>
    attempt(() => {
      writeControls(settingsFrom(location.hash));
      return tell(session);
    }),
  );
  for (const event of ['dragover', 'drop']) addEventListener(event, given => given.preventDefault());
  addEventListener('drop', event => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length > 0) attempt(() => load({ files }));
  });
  // The address may name a Hugging Face model, but nothing is asked of another server until someone presses the button.
  await attempt(() => load('shipped'));
}

/** What someone entered as a model: nothing is the shipped one. */
function originOf(id: string): Origin {
  return id === '' ? 'shipped' : { id };
}

/** Runs what someone asked for; what goes wrong is shown until the next thing is asked for. */
async function attempt(act: () => Promise<void> | void): Promise<void> {
  showError();
  try {
    await act();
  } catch (error) {
    if (!isAbort(error)) showError(error);
  }
}

/** Says in the address what the controls say. */
function share(): void {
  history.replaceState(null, '', `#${hashOf(readControls())}`);
}

async function task(act: () => Promise<void>): Promise<void> {
  busy.hidden = false;
  document.body.setAttribute('aria-busy', 'true');
  try {
    await act();
  } catch (error) {
    status.textContent = 'The model was not loaded.';
    throw error;
  } finally {
    busy.hidden = true;
    document.body.removeAttribute('aria-busy');
  }
}

function facts({ config, depth, heads, vocab, positions, backend }: Session['model']): void {
  byId('facts').textContent =
    `${String(config.model_type)}: ${depth} layers of ${heads} heads, ${vocab} tokens, ${positions} positions, on ${backend}`;
}

/** Ends what is being written and waits until it has ended. */
async function end(): Promise<void> {
  running?.abort.abort();
  await running?.done;
}

/** Runs one piece of writing at a time, with the buttons and the status to go with it. */
async function writing(act: (signal: AbortSignal) => Promise<string>): Promise<void> {
  await end();
  const abort = new AbortController();
  generate.disabled = true;
  status.textContent = 'Writing';
  stop.disabled = false;
  const work = act(abort.signal);
  running = {
    abort,
    done: work.then(
      () => {},
      () => {},
    ),
  };
  try {
    status.textContent = await work;
  } finally {
    running = undefined;
    generate.disabled = false;
    stop.disabled = true;
  }
}

/** Writes the story that the controls describe. */
function tell(session: Session): Promise<void> {
  return writing(async signal => {
    steps = [];
    bars.bars = [];
    bars.setAttribute('label', 'Point at a token to see what else was likely there.');
    promptLength = (await session.model.tokensOf(readControls().prompt)).length;
    const { tokens, speed, finish } = await write(session, story, readControls(), {
      signal,
      onStep: (step, run) => {
        steps.push(step);
        status.textContent = `${run.tokens} tokens, ${run.speed.toFixed(1)} tokens per second`;
      },
    });
    if (story.selected < 0 && steps.length > 0) story.look(promptLength);
    return `${tokens} tokens, ${speed.toFixed(1)} tokens per second; ended by: ${finish}`;
  });
}

/** Writes the same beginning greedily and sampled. */
function both(session: Session): Promise<void> {
  return writing(async signal => {
    const settings = readControls();
    await write(session, byId<TokensElement>('greedy'), { ...settings, mode: 'greedy' }, { signal });
    await write(session, byId<TokensElement>('sampled'), { ...settings, mode: 'sampled' }, { signal });
    return signal.aborted ? 'stopped' : 'Both continuations are written.';
  });
}
