import { attempt, byId, perFrame, showError } from '@residual/appkit';
import type { TokensElement } from '@residual/elements';
import { readControls, set, wroteWith } from '../controls.js';
import type { Session } from '../session.js';
import { branchesView } from './branches-view.js';
import type { Position } from './choices.js';
import { choicesView } from './choices-view.js';
import { branchesWithout, type Fork, forksFrom, forksOf, forksText, maxForks, withFork } from './forks.js';
import { Playback } from './playback.js';
import { isSameSampling, samplingOf } from './sampling.js';
import { mostSurprising, statusText } from './status.js';
import { forksIn, openBranch, openStory, type Story, shownTokensOf, tokensOf } from './story.js';
import type { StoryToken } from './tokens.js';
import { quietly, writeBranch } from './write-branch.js';

/** The story on the page and its branches. */
export class StoryView {
  private story: Story | undefined;
  /** The branch that is shown. */
  private current = 0;
  private readonly element = byId<TokensElement>('story');
  private readonly choices;
  private readonly playback;
  private readonly branches = branchesView(
    branch => attempt(() => this.select(branch)),
    branch => attempt(() => this.remove(branch)),
  );

  constructor(private readonly session: Session) {
    const drawTree = perFrame(() => this.story && this.branches.show(this.story, this.current));
    this.choices = choicesView(session, (position, token) => attempt(() => this.fork(position, token)));
    const target = () => this.story && { story: this.story, branch: this.current };
    this.playback = new Playback(session, this.element, this.choices, target, {
      written: drawTree,
      rested: ({ story, branch }) => this.rested(story, branch),
    });
  }

  /** The tokens of the branch that is shown. */
  get tokens(): readonly StoryToken[] {
    return this.story ? tokensOf(this.story, this.current) : [];
  }

  /** The settings that wrote the story; those of the controls before the first one. */
  get settings() {
    return this.story?.settings ?? readControls();
  }

  /** Stops the writing and waits until it has ended. */
  end(): Promise<void> {
    return this.playback.runs.end();
  }

  /** Writes the story of the controls without branches. */
  async beginAnew(): Promise<void> {
    set({ forks: '', branch: 0, against: -1 });
    return this.begin();
  }

  /** Writes the story of the controls and its branches; resolves when the beginning is on the page. */
  async begin(): Promise<void> {
    const settings = readControls();
    const forks = forksFrom(settings.forks) ?? [];
    await this.playback.runs.start(async signal => {
      this.playback.reset();
      byId('status').textContent = 'The model reads the beginning.';
      const story = await openStory(this.session, settings, signal);
      signal.throwIfAborted();
      [this.story, this.current] = [story, 0];
      wroteWith(settings);
      if (forks.length > 0) await this.restore(story, forks, signal);
      this.show(story.branches[settings.branch] ? settings.branch : 0, settings.against);
    });
    if (forks.length > 0) this.playback.rest({ story: this.story!, branch: this.current });
    else this.playback.resume();
  }

  /** Writes the story and the branches of an address without a pause. */
  private async restore(story: Story, forks: readonly Fork[], signal: AbortSignal): Promise<void> {
    byId('status').textContent = 'The model writes the branches of this link.';
    try {
      for (const fork of [undefined, ...forks]) {
        if (fork) await openBranch(this.session, story, fork);
        await writeBranch(this.session, story, story.branches.length - 1, quietly(signal));
        signal.throwIfAborted();
      }
    } catch (error) {
      if (signal.aborted) throw error;
      showError(error);
    }
  }

  /** Shows a branch, and compares it with another one. */
  private show(branch: number, against: number): void {
    const story = this.story!;
    this.current = branch;
    set({ forks: forksText(forksIn(story)), branch, against: story.branches[against] ? against : -1 });
    this.element.tokens = shownTokensOf(story, branch);
    this.branches.show(story, branch);
  }

  /** Says how surprising a text is, and points at the token that was chosen at its fork, or the most surprising one. */
  private rested(story: Story, branch: number): void {
    if (story !== this.story || branch !== this.current) return;
    const { fork, finish } = story.branches[branch]!;
    const from = Math.min(story.promptLength, fork?.at ?? Infinity);
    byId('status').textContent = statusText(this.tokens, from, finish);
    if (finish) this.element.select(fork?.at ?? mostSurprising(this.tokens, from));
    this.branches.show(story, branch);
  }

  private async select(branch: number): Promise<void> {
    await this.end();
    const { against } = readControls();
    this.show(branch, against === branch ? this.current : against);
    this.playback.rest({ story: this.story!, branch });
  }

  /** Writes a token at a position and continues from there. */
  private async fork({ story, branch, index, pending }: Position, token: number): Promise<void> {
    await this.end();
    if (story !== this.story) return;
    // The token that was about to be written stands in the branch that is left.
    if (pending && tokensOf(story, branch).length === index) story.branches[branch]!.own.push(pending);
    const sampling = samplingOf(readControls());
    const others = isSameSampling(sampling, story.settings) ? {} : { sampling };
    const known = forksIn(story);
    const { forks, branch: to } = withFork(known, { parent: branch, at: index, token, ...others });
    const added = forks[to - 1]!;
    if (tokensOf(story, added.parent)[index]?.id === token) return this.select(added.parent);
    if (to <= known.length) return this.select(to);
    if (to > maxForks) throw new Error(`There are ${maxForks} branches already; remove one to write another.`);
    await openBranch(this.session, story, added);
    this.show(to, added.parent);
    this.playback.resume();
  }

  /** Removes a branch and those that part from it. */
  private async remove(branch: number): Promise<void> {
    await this.end();
    const story = this.story!;
    const known = forksIn(story);
    const staying = branchesWithout(known, branch);
    const forks = forksOf(known, staying);
    const branches = staying.map((old, i) =>
      i === 0 ? story.branches[0]! : { ...story.branches[old]!, fork: forks[i - 1]! },
    );
    story.branches.splice(0, Infinity, ...branches);
    const to = staying.indexOf(this.current);
    const current = to >= 0 ? to : staying.indexOf(known[branch - 1]!.parent);
    this.show(current, staying.indexOf(readControls().against));
    this.playback.rest({ story, branch: current });
  }
}
