import { byId, singleRun } from '@residual/appkit';
import type { BarsElement, DisplayedToken, TokensElement } from '@residual/elements';
import type { Step } from '@residual/model';
import { readControls } from './controls.js';
import { alternatives, type Evidence, showBarsOnSelection } from './evidence.js';
import type { Session } from './session.js';
import { promptTokens, type Run, type WriteOptions, write } from './story.js';

/** The story, its buttons and its figures. */
export interface StoryView {
  /** Writes the story with the settings of the controls. */
  writeStory(): Promise<void>;
  /** Runs another generation under the same Stop button; the result of `act` is shown in an element. */
  writing(output: HTMLElement, act: (signal: AbortSignal) => Promise<string>): Promise<void>;
  /** Stops the generation and waits until it has ended. */
  end(): Promise<void>;
  /** The tokens of the story. */
  readonly tokens: readonly DisplayedToken[];
}

/** Generates into an element and passes the evidence about its tokens to `begin`. */
export async function writeWithEvidence(
  session: Session,
  element: TokensElement,
  writing: Omit<WriteOptions, 'topLogprobs'>,
  begin: (evidence: Evidence) => void,
): Promise<Run> {
  const { model } = session;
  const steps: Step[] = [];
  element.tokens = await promptTokens(model, writing.settings.prompt);
  const promptLength = element.tokens.length;
  begin({ settings: writing.settings, tokens: element.tokens, promptLength, steps, promptChoices: new Map() });
  return write(model, element, {
    ...writing,
    topLogprobs: alternatives,
    onSteps: (written, run) => {
      for (const { step } of written) steps.push(step);
      writing.onSteps?.(written, run);
    },
  });
}

const speedOf = ({ tokens, speed }: Run) => `${tokens} tokens, ${speed.toFixed(1)} tokens per second`;

/** Wires the first section. */
export function storyView(session: Session): StoryView {
  const [status, speed] = [byId('status'), byId('speed')];
  const [generate, stop] = [byId<HTMLButtonElement>('generate'), byId<HTMLButtonElement>('stop')];
  const element = byId<TokensElement>('story');
  const bars = byId<BarsElement>('bars');
  const runs = singleRun();
  let evidence: Evidence | undefined;
  showBarsOnSelection(session, element, bars, () => evidence);

  const writing: StoryView['writing'] = (output, act) =>
    runs.start(async signal => {
      generate.disabled = true;
      stop.disabled = false;
      output.textContent = 'Writing';
      try {
        output.textContent = await act(signal);
      } catch (error) {
        output.textContent = 'Nothing more was written.';
        throw error;
      } finally {
        speed.textContent = '';
        generate.disabled = false;
        stop.disabled = true;
      }
    });

  const writeStory = () =>
    writing(status, async signal => {
      bars.bars = [];
      bars.setAttribute('label', 'Point at a token to see what else could stand there');
      const onSteps: WriteOptions['onSteps'] = (_, run) => {
        speed.textContent = speedOf(run);
      };
      const begin = (current: Evidence) => {
        evidence = current;
      };
      const run = await writeWithEvidence(session, element, { settings: readControls(), signal, onSteps }, begin);
      if (element.selected < 0) element.select(Math.min(evidence!.promptLength, element.tokens.length - 1));
      return `${speedOf(run)}; ended by: ${run.finish}`;
    });

  return {
    writeStory,
    writing,
    end: runs.end,
    get tokens() {
      return element.tokens;
    },
  };
}
