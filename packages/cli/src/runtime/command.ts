import type { Command } from 'commander';

/** A command as a user calls it: with its arguments and options. */
export interface CommandCall<Options, Args extends readonly unknown[] = readonly unknown[]> {
  readonly command: Command;
  readonly args: Args;
  readonly options: Options;
}

/** A command: the arguments and options that it takes, and what it does. */
export interface CommandDefinition<Options = object, Args extends readonly unknown[] = readonly unknown[]> {
  /** Adds arguments and options to a command. */
  declare(command: Command): Command;
  /** Does the work and returns the exit code; nothing is 0. */
  run(call: CommandCall<Options, Args>): Promise<number | undefined>;
}

/** The words of the command line, with which the same command can be run again. */
export function commandLineOf(command: Command): string[] {
  let top = command;
  while (top.parent) top = top.parent;
  return (top as Command & { rawArgs: string[] }).rawArgs; // missing in commander's types
}
