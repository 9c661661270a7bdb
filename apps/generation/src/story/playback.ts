import { byId, reportFailure, singleRun } from '@residual/appkit';
import type { TokenDetail, TokensElement } from '@residual/elements';
import type { Session } from '../session.js';
import type { ChoicesView } from './choices-view.js';
import { playerOf } from './player.js';
import { type Story, shownTokensOf } from './story.js';
import type { StoryToken } from './tokens.js';
import { type Writing, writeBranch } from './write-branch.js';

/** Milliseconds between two changes of the bars, if the story is written as fast as it goes. */
const barInterval = 120;

/** The branch that is shown and written. */
export interface Target {
  readonly story: Story;
  readonly branch: number;
}

/** What happens beside the writing. */
export interface PlaybackEvents {
  /** A token has been written. */
  written(): void;
  /** The writing has ended or was interrupted. */
  rested(target: Target): void;
}

/** Writes a branch token by token, at the pace of the player, and shows from what each token is chosen. */
export class Playback {
  /** The action that uses the model for the story; a new one ends it. */
  readonly runs = singleRun();
  private readonly player = playerOf({
    play: () => this.resume(),
    pause: () => this.pause(),
    step: () => this.runs.isRunning || this.play(),
  });
  /** Whether the visitor points at a token while others are written. */
  private isPeeking = false;

  constructor(
    private readonly session: Session,
    private readonly element: TokensElement,
    private readonly choices: ChoicesView,
    private readonly target: () => Target | undefined,
    private readonly events: PlaybackEvents,
  ) {
    element.addEventListener('residual-token', event => {
      const { index } = (event as CustomEvent<TokenDetail>).detail;
      this.isPeeking = this.player.state === 'writing';
      const at = target();
      if (at) reportFailure(choices.show({ ...at, index }));
    });
    element.addEventListener('pointerleave', () => {
      this.isPeeking = false;
    });
    element.addEventListener('focusin', () => {
      if (this.player.state === 'writing') this.pause();
    });
  }

  /** Shows that there is no story yet. */
  reset(): void {
    this.player.show('empty');
  }

  /** Shows a branch that is not being written. */
  rest(target: Target): void {
    this.player.show(target.story.branches[target.branch]!.finish ? 'ended' : 'paused');
    this.events.rested(target);
  }

  private pause(): void {
    this.player.pacer.pause();
    this.player.show('paused');
    this.say();
  }

  /** Says what is written so far. */
  private say(): void {
    const target = this.target();
    if (target) this.events.rested(target);
  }

  /** Continues the branch that is shown. */
  resume(): void {
    this.isPeeking = false;
    this.player.pacer.resume();
    if (this.runs.isRunning) this.player.show('writing');
    else this.play();
  }

  private play(): void {
    const target = this.target();
    if (target) reportFailure(this.runs.start(signal => this.write(target, signal)));
  }

  private async write(target: Target, signal: AbortSignal): Promise<void> {
    const { player } = this;
    player.show(player.pacer.isPaused ? 'paused' : 'writing');
    byId('status').textContent = 'Writing';
    try {
      await writeBranch(this.session, target.story, target.branch, this.writingOf(target, signal));
    } finally {
      this.rest(target);
    }
  }

  /** Shows each token: first from what it is chosen, then the token. */
  private writingOf({ story, branch }: Target, signal: AbortSignal): Writing {
    const { pacer } = this.player;
    let [tokens, milliseconds, lastBars] = [0, 0, 0];
    const follow = (index: number, pending?: StoryToken) => {
      if (this.isPeeking) return Promise.resolve();
      lastBars = performance.now();
      if (!pending) this.element.selected = index;
      return this.choices.show({ story, branch, index, pending });
    };
    return {
      signal,
      turn: async () => {
        await pacer.half(signal);
        await pacer.turn(signal);
      },
      chosen: async (token, index) => {
        if (pacer.pace === 'fast' || pacer.isPaused) return;
        await follow(index, token);
        await pacer.half(signal);
      },
      written: (indices, duration) => {
        const all = shownTokensOf(story, branch);
        for (const index of indices)
          if (index < this.element.tokens.length) this.element.replace(index, all[index]!);
          else this.element.push(all[index]!);
        [tokens, milliseconds] = [tokens + 1, milliseconds + duration];
        byId('speed').textContent = `${(milliseconds / tokens).toFixed(1)} ms of computing for each token`;
        const isFast = pacer.pace === 'fast' && !pacer.isPaused;
        if (!isFast || performance.now() - lastBars > barInterval) reportFailure(follow(all.length - 1));
        this.events.written();
        if (pacer.isPaused) this.say();
      },
    };
  }
}
